export { activation } from './activation';
export { type CatalogueEntry, catalogue } from './catalogue';
export { type CeluOptions, celu } from './functions/celu';
export { type CreluOptions, crelu } from './functions/crelu';
export { type EluOptions, elu } from './functions/elu';
export { type GeluOptions, gelu } from './functions/gelu';
export { type GluOptions, glu } from './functions/glu';
export { type HardshrinkOptions, hardshrink } from './functions/hardshrink';
export { hardsigmoid } from './functions/hardsigmoid';
export { hardswish } from './functions/hardswish';
export { type HardtanhOptions, hardtanh } from './functions/hardtanh';
export { type LeakyReluOptions, leakyRelu } from './functions/leakyRelu';
export { linear } from './functions/linear';
export { logSigmoid } from './functions/logSigmoid';
export { mish } from './functions/mish';
export { prelu } from './functions/prelu';
export { relu } from './functions/relu';
export { relu6 } from './functions/relu6';
export { type RreluOptions, rrelu } from './functions/rrelu';
export { selu } from './functions/selu';
export { sigmoid } from './functions/sigmoid';
export { silu } from './functions/silu';
export { type SoftplusOptions, softplus } from './functions/softplus';
export { type SoftshrinkOptions, softshrink } from './functions/softshrink';
export { softsign } from './functions/softsign';
export { type SquareplusOptions, squareplus } from './functions/squareplus';
export { tanh } from './functions/tanh';
export { tanhshrink } from './functions/tanhshrink';
export { type ThresholdOptions, threshold } from './functions/threshold';
export { backwardGain, forwardGain, gain } from './gains/gain';
export { type AsymmetricOptions, asymmetricValues } from './initializers/asymmetric';
export type { KernelShape } from './initializers/fans';
export { type OrthogonalOptions, orthogonalValues } from './initializers/orthogonal';
export {
  type KaimingOptions,
  kaimingValues,
  leCunValues,
  type ScaledOptions,
  type XavierOptions,
  xavierValues,
} from './initializers/scaled';
export { activationAliases, activationNames, resolveActivationName } from './names';
export type { ActivationParams } from './shared/definition';
