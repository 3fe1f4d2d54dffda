import { createHash } from 'node:crypto';
import { describe, invalidArgument, nearestName } from '@relumine/core';
import { type ComparePlan, wholePlan } from '../compare/plan';

/** What a run is made of; each may be fixed, or take several values in the grid. */
const axes = [
  'model',
  'activation',
  'normalization',
  'initializer',
  'learningRate',
  'batchSize',
  'epochs',
  'trainSize',
  'testSize',
  'probeSize',
  'seed',
] as const;

type Axis = (typeof axes)[number];

/** A plan of many runs: plain JSON. */
export interface SweepPlan extends Partial<Record<Axis, unknown>> {
  /** `mnist`, the only one so far. */
  dataset?: string;
  /** The values that vary: every combination is a run. */
  grid: Partial<Record<Axis, readonly unknown[]>>;
}

/** One run of a sweep. */
export interface RunSpec {
  /** Equal for equal runs, whatever plan they are in. */
  key: string;
  /** A comparison of one activation and one seed. */
  plan: ComparePlan;
}

const where = 'lab/sweep';

function requireKeys(argument: string, value: object, known: readonly string[]): void {
  const stray = Object.keys(value).find((key) => !known.includes(key));
  if (stray === undefined) return;
  const near = nearestName(stray, known);
  throw invalidArgument({
    where,
    argument,
    rule: `must have no other keys than ${known.join(', ')}`,
    received: describe(stray),
    ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
  });
}

function requireObject(argument: string, value: unknown): asserts value is Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw invalidArgument({ where, argument, rule: 'must be an object', received: describe(value), type: TypeError });
}

/** The same text for the same values, whatever their order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

function specOfRun({ activation, seed, ...rest }: Partial<Record<Axis, unknown>>): RunSpec {
  const plan = wholePlan({
    ...rest,
    ...(activation === undefined ? { activations: ['relu'] } : { activations: [activation] }),
    ...(seed === undefined ? {} : { seeds: [seed] }),
  } as unknown as ComparePlan);
  const text = JSON.stringify(canonical(plan));
  return { key: createHash('sha256').update(text).digest('hex').slice(0, 16), plan };
}

/**
 * Every run of a plan, in the order of its grid: the last axis changes fastest. All are checked before any is done; a run
 * that the grid names twice is there once.
 *
 * @throws TypeError or RangeError for unknown keys, an empty axis, or a value that no run can have
 */
export function expandPlan(plan: SweepPlan): RunSpec[] {
  requireObject('plan', plan);
  requireKeys('plan', plan, ['dataset', 'grid', ...axes]);
  const { dataset = 'mnist', grid = {}, ...fixed } = plan;
  if (dataset !== 'mnist')
    throw invalidArgument({ where, argument: 'plan.dataset', rule: 'must be mnist', received: describe(dataset) });
  requireObject('plan.grid', grid);
  requireKeys('plan.grid', grid, axes);
  let combinations: Partial<Record<Axis, unknown>>[] = [fixed];
  for (const [axis, values] of Object.entries(grid)) {
    if (!Array.isArray(values) || values.length === 0) {
      const rule = 'must be a list of one or more values';
      throw invalidArgument({ where, argument: `plan.grid.${axis}`, rule, received: describe(values) });
    }
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [axis]: value })));
  }
  const specs = combinations.map(specOfRun);
  return [...new Map(specs.map((spec) => [spec.key, spec])).values()];
}
