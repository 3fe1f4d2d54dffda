export { createSpectralState, type SpectralStateOptions } from './createSpectralState';
export { type PowerIterationOptions, powerIteration, type SpectralState } from './powerIteration';
export { type SpectralNormalized, type SpectralNormalizeOptions, spectralNormalize } from './spectralNormalize';
