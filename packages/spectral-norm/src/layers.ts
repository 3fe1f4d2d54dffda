export { foldSpectralNormalization } from './layer/foldSpectralNormalization';
export {
  registerSpectralNormalization,
  type SpectralNormalizationLayer,
  type SpectralNormalizationOptions,
  spectralNormalization,
} from './layer/spectralNormalization';
