export { foldSpectralNormalization } from './layer/foldSpectralNormalization';
export { type LayerBound, type LipschitzBound, lipschitzBound } from './layer/lipschitzBound';
export {
  registerSpectralNormalization,
  type SpectralNormalizationLayer,
  type SpectralNormalizationOptions,
  spectralNormalization,
} from './layer/spectralNormalization';
