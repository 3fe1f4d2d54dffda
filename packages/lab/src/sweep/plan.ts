import { createHash } from 'node:crypto';
import { describe, invalidArgument, nearestName, requirePositiveInteger } from '@relumine/core';
import { type ComparePlan, type WholePlan, wholePlan } from '../compare/plan';
import { checks } from '../plan/checks';
import type { DatasetChoice } from '../plan/dataset';
import { atPath } from '../plan/path';
import { type Versions, versions } from '../versions';
import { drawPoint, type RandomChoice, requireRandomChoice } from './random';

/** What a run is made of; each may be fixed, or take several values in the grid or by chance. */
export const axes = [
  'model',
  'dataset',
  'activation',
  'normalization',
  'initializer',
  'optimizer',
  'learningRate',
  'revival',
  'batchSize',
  'epochs',
  'trainSize',
  'testSize',
  'probeSize',
  'stopWhen',
  'seed',
] as const;

export type Axis = (typeof axes)[number];

/** A space to draw settings from. */
export interface RandomPlan {
  /** How many points are drawn; each is combined with every point of the grid. */
  draws: number;
  /** Decides them; 1 unless given. */
  seed?: number;
  space: Partial<Record<Axis, RandomChoice>>;
}

/** A plan of many runs: plain JSON. */
export interface SweepPlan extends Partial<Record<Exclude<Axis, 'dataset'>, unknown>> {
  dataset?: DatasetChoice;
  /** The values that vary: every combination is a run. */
  grid?: Partial<Record<Axis, readonly unknown[]>>;
  /** Values that are drawn. */
  random?: RandomPlan;
}

/** One run of a sweep. */
export interface RunSpec {
  /** Equal for equal runs: the same settings, images and versions, whatever plan they are in. */
  key: string;
  /** A comparison of one activation and one seed. */
  plan: ComparePlan;
  /** The digest of its images, where it is known: a worker that finds others refuses the run. */
  data?: string;
}

/** The settings of a run by their names. */
export type RunSettings = Omit<WholePlan, 'activations' | 'seeds'> & {
  activation: WholePlan['activations'][number];
  seed: number;
};

/** The settings of a run by their names, from its key and plan. */
export const settingsOf = ({ plan }: RunSpec): RunSettings => {
  const { activations, seeds, ...rest } = plan as WholePlan;
  return { ...rest, activation: activations[0]!, seed: seeds[0]! };
};

const where = 'lab/sweep';
type Path = readonly (string | number)[];
type Point = Partial<Record<Axis, unknown>>;

function requireKeys(path: Path, value: object, known: readonly string[]): void {
  const argument = path.join('.');
  const stray = Object.keys(value).find((key) => !known.includes(key));
  if (stray === undefined) return;
  const near = nearestName(stray, known);
  atPath([...path.slice(1), stray], () => {
    throw invalidArgument({
      where,
      argument,
      rule: `must have no other keys than ${known.join(', ')}`,
      received: describe(stray),
      ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
    });
  });
}

function requireObject(path: Path, value: unknown): asserts value is Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  const argument = path.join('.');
  atPath(path.slice(1), () => {
    throw invalidArgument({ where, argument, rule: 'must be an object', received: describe(value), type: TypeError });
  });
}

/** The same text for the same values, whatever their order. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/** The run of some settings; `data` is the digest of its images. */
export function specOfRun(point: Point, using: Versions, data?: string): RunSpec {
  const { activation, seed, ...rest } = point;
  const plan = wholePlan({
    ...rest,
    activations: [activation ?? 'relu'],
    ...(seed === undefined ? {} : { seeds: [seed] }),
  } as unknown as ComparePlan);
  return { key: keyOf({ plan, data: data ?? null, using }), plan, ...(data === undefined ? {} : { data }) };
}

/** The name of a run that is known by these parts. */
export const keyOf = (parts: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(parts)))
    .digest('hex')
    .slice(0, 16);

function gridPoints(grid: Record<string, unknown>): Point[] {
  let points: Point[] = [{}];
  for (const [axis, values] of Object.entries(grid)) {
    atPath(['grid', axis], () => {
      if (Array.isArray(values) && values.length > 0) return;
      const rule = 'must be a list of one or more values';
      throw invalidArgument({ where, argument: `plan.grid.${axis}`, rule, received: describe(values) });
    });
    for (const [i, value] of (values as unknown[]).entries())
      atPath(['grid', axis, i], () => checks[axis]!(where, `plan.grid.${axis}[${i}]`, value));
    points = points.flatMap((one) => (values as unknown[]).map((value) => ({ ...one, [axis]: value })));
  }
  return points;
}

function randomPoints(random: unknown): Point[] {
  if (random === undefined) return [{}];
  requireObject(['plan', 'random'], random);
  requireKeys(['plan', 'random'], random, ['draws', 'seed', 'space']);
  const { draws, seed = 1, space } = random;
  atPath(['random', 'draws'], () => requirePositiveInteger(where, 'plan.random.draws', draws));
  atPath(['random', 'seed'], () => requirePositiveInteger(where, 'plan.random.seed', seed, 0));
  requireObject(['plan', 'random', 'space'], space);
  requireKeys(['plan', 'random', 'space'], space, axes);
  for (const [axis, choice] of Object.entries(space)) {
    const argument = `plan.random.space.${axis}`;
    atPath(['random', 'space', axis], () => requireRandomChoice(where, argument, choice));
    const values = Array.isArray(choice) ? choice : Object.values(choice as object)[0];
    for (const [i, value] of (values as unknown[]).entries())
      atPath(['random', 'space', axis], () => checks[axis]!(where, `${argument}[${i}]`, value));
  }
  const choices = space as Record<string, RandomChoice>;
  return Array.from({ length: draws as number }, (_, i) => drawPoint(choices, seed as number, i));
}

/**
 * Every run of a plan: the drawn points in their order, each with all points of the grid, whose last axis changes fastest.
 * All are checked before any is done; a run that the plan names twice is there once.
 *
 * @throws TypeError or RangeError for unknown keys, an empty axis, or a value that no run can have; its `path` tells where
 *   in the plan
 */
export function expandPlan(plan: SweepPlan): RunSpec[] {
  requireObject(['plan'], plan);
  requireKeys(['plan'], plan, [...axes, 'grid', 'random']);
  const { grid = {}, random, ...fixed } = plan;
  requireObject(['plan', 'grid'], grid);
  requireKeys(['plan', 'grid'], grid, axes);
  for (const [axis, value] of Object.entries(fixed)) atPath([axis], () => checks[axis]!(where, `plan.${axis}`, value));
  const using = versions();
  const drawn = randomPoints(random);
  const specs = drawn.flatMap((point) =>
    gridPoints(grid).map((one) => specOfRun({ ...fixed, ...point, ...one }, using)),
  );
  return [...new Map(specs.map((spec) => [spec.key, spec])).values()];
}
