export { type MatcherResult, toHaveDeadFractionBelow } from './matchers/toHaveDeadFractionBelow';
