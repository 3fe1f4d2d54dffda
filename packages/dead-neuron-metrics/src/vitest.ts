import { expect } from 'vitest';
import { toHaveDeadFractionBelow } from './matchers/toHaveDeadFractionBelow';

declare module 'vitest' {
  interface Matchers<T> {
    /** The share of dead channels in a report of `auditModel`, or in one of its layers, is below `fraction`. */
    toHaveDeadFractionBelow(fraction: number): T;
  }
}

// Importing this entry registers the matcher: that is all it is for. `./matchers` has it without the effect.
expect.extend({ toHaveDeadFractionBelow });

export { type MatcherResult, toHaveDeadFractionBelow } from './matchers/toHaveDeadFractionBelow';
