export { firingRateBound, samplesNeeded } from './confidence/firingRateBound';
export { type MeasureOptions, measureActivations } from './measureActivations';
export { activationRank } from './measures/activationRank';
export { type ClassFiring, classFiring } from './measures/classFiring';
export { deadPositions } from './measures/deadPositions';
export type { ActivationRank } from './measures/gram';
export { mergeReports } from './mergeReports';
export { referenceWarnings } from './reference';
export {
  type ActivationChoice,
  type ChannelStatistics,
  createChannelStatistics,
} from './statistics/createChannelStatistics';
export { bornDeadProbability, minimumWidth, type ProbabilityBounds } from './theory/bornDead';
export {
  deadOnOrthantProbability,
  deadUnitProbability,
  neverFiresProbability,
  normalizedFiringProbability,
  stablyInactiveProbability,
} from './theory/singleUnit';
