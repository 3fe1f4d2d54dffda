export type { Activation, ActivationName } from './activation';
export { activationNames } from './activation';
export type { CertificateReport, CertificateVerdict, LayerCertificate } from './certificateReport';
export type {
  ChannelFigures,
  ChannelStatisticsSnapshot,
  ClassCounts,
  CurvePoint,
  DeadNeuronReport,
  InputStatistics,
  LayerRank,
  LayerReport,
  ReportSummary,
} from './deadNeuronReport';
export type { ScalarFunction } from './eachValue';
export type { ArgumentProblem } from './errors';
export { describe, invalidArgument } from './errors';
export { decodeNumber, encodeNumber, type JsonNumber } from './jsonNumber';
export {
  type ActivationCall,
  activationGradKernel,
  activationKernel,
  activationLivenessKernel,
  activationSlopeKernel,
  activationStatisticsKernel,
  hasKernel,
  type RelumineKernelName,
  spectralNormalizeGradKernel,
  spectralNormalizeKernel,
  spectralProductGradKernel,
  spectralProductKernel,
  spectralVectorsKernel,
  symbolNormsKernel,
  tryActivation,
  tryActivationGrad,
  tryKernel,
} from './kernels';
export { nearestName } from './nearestName';
export { createRandom, type Random } from './random';
export { requireFinite, requireObject, requireOneOf, requirePositiveInteger } from './requirements';
export { requireFloat32Tensor, requireRank, requireTensor } from './tensorRequirements';
