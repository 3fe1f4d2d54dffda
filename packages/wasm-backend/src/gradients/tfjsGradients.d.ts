declare module 'virtual:tfjs-gradients' {
  /** tfjs-core's own gradient definitions, bundled by scripts/tfjsGradients.mjs. */
  export const gradConfigs: readonly import('@tensorflow/tfjs-core').GradConfig[];
}
