export { firingRateBound, samplesNeeded } from './confidence/firingRateBound';
export { type MeasureOptions, measureActivations } from './measureActivations';
export { type ActivationRank, activationRank } from './measures/activationRank';
export { type ClassFiring, classFiring } from './measures/classFiring';
export { deadPositions } from './measures/deadPositions';
export { mergeReports } from './mergeReports';
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
