export { createSpectralState, type SpectralStateOptions } from './createSpectralState';
export { type ClipOptions, type Clipped, clipSingularValues } from './operator/clipSingularValues';
export type { Padding } from './operator/convolution';
export { type GramIterationOptions, gramIteration } from './operator/gramIteration';
export { type NormBounds, type NormBoundsOptions, normBounds } from './operator/normBounds';
export { type OperatorNormOptions, operatorNorm } from './operator/operatorNorm';
export { type SingularValuesOptions, singularValues } from './operator/singularValues';
export { type PowerIterationOptions, powerIteration, type SpectralState } from './powerIteration';
export { type SpectralNormalized, type SpectralNormalizeOptions, spectralNormalize } from './spectralNormalize';
