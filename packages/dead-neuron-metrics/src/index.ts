export { firingRateBound, samplesNeeded } from './confidence/firingRateBound';
export { type MeasureOptions, measureActivations } from './measureActivations';
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
