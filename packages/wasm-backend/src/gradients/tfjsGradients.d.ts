declare module 'virtual:tfjs-gradients' {
  /** tfjs-core's own gradient definitions, bundled by the build. */
  export const gradConfigs: readonly import('@tensorflow/tfjs-core').GradConfig[];
}
