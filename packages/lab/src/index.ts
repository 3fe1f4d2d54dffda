export { compareAdvice } from './compare/advice';
export { type CompareEvent, type CompareOptions, compare } from './compare/compare';
export { type FormatRunsOptions, formatRuns } from './compare/formatRuns';
export { type ComparePlan, defaultPlan } from './compare/plan';
export type { CompareData } from './compare/trainOne';
export { type NoCureLayer, type NoCureOptions, spectralNormNoCure } from './experiments/spectralNormNoCure';
export type { EpochOutcome, LayerOutcome, LayerState, Run, RunsResult } from './results';
