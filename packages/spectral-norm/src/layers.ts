export { foldSpectralNormalization } from './layer/foldSpectralNormalization';
export { type LayerBound, type LipschitzBound, lipschitzBound } from './layer/lipschitzBound';
export type { SpectralNormalizationOptions } from './layer/options';
export {
  registerSpectralNormalization,
  type SpectralNormalizationLayer,
  spectralNormalization,
} from './layer/spectralNormalization';
