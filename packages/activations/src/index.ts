export { activation } from './activation';
export { type CatalogueEntry, catalogue } from './catalogue';
export { backwardGain, forwardGain, gain } from './gains/gain';
export * from './generated/functions';
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
