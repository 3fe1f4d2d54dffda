export { type ActivationLayerOptions, activationLayer, registerActivationLayers } from './layer/activationLayer';
export type { ActivationLayer } from './layer/activationLayerClass';
export {
  asymmetric,
  type Initializer,
  kaiming,
  leCun,
  orthogonal,
  registerInitializers,
  xavier,
} from './layer/initializers';
export { type LsuvLayer, type LsuvOptions, lsuv } from './layer/lsuv';
