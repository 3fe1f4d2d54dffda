export { bornDeadProbability, minimumWidth, type ProbabilityBounds } from './theory/bornDead';
export {
  deadOnOrthantProbability,
  deadUnitProbability,
  neverFiresProbability,
  normalizedFiringProbability,
  stablyInactiveProbability,
} from './theory/singleUnit';
