import { describe, invalidArgument, nearestName, requireFinite } from '@relumine/core';
import type { ActivationChoice, InitializerName, Normalization } from '@relumine/models';
import { type ComparedModel, checks, type RevivalChoice, type StopRule } from '../plan/checks';
import type { DatasetChoice } from '../plan/dataset';
import type { OptimizerChoice } from '../plan/optimizer';

/** What to compare: plain JSON; everything has a default. */
export interface ComparePlan {
  /** `simpleCnn` unless given. */
  model?: ComparedModel;
  /** `mnist` unless given. */
  dataset?: DatasetChoice;
  /** Names, or specs such as `{ name: 'leakyRelu', negativeSlope: 0.1 }`. */
  activations?: readonly ActivationChoice[];
  normalization?: Normalization;
  initializer?: InitializerName;
  epochs?: number;
  /** Training images, the first ones of the data set. */
  trainSize?: number;
  /** Test images. */
  testSize?: number;
  /** Test images on which firing is measured; 500, or all where there are fewer, unless given. */
  probeSize?: number;
  batchSize?: number;
  /** `adam` unless given. */
  optimizer?: OptimizerChoice;
  learningRate?: number;
  /** What happens to channels that are dead after an epoch; `none` unless given. */
  revival?: RevivalChoice;
  /** What ends a run early. */
  stopWhen?: StopRule;
  /** Every activation is trained once per seed, which decides weights and order of batches. */
  seeds?: readonly number[];
}

export type WholePlan = Required<ComparePlan>;

/**
 * The plan unless told otherwise. The learning rate is ten times the usual 0.001, on purpose: at 0.001 a network this
 * small keeps nearly all its channels, and there is little to compare.
 */
export const defaultPlan: WholePlan = {
  model: 'simpleCnn',
  dataset: 'mnist',
  activations: ['relu', 'leakyRelu', 'prelu', 'elu'],
  normalization: 'none',
  initializer: 'heNormal',
  epochs: 3,
  trainSize: 6000,
  testSize: 2000,
  probeSize: 500,
  batchSize: 32,
  optimizer: 'adam',
  learningRate: 0.01,
  revival: 'none',
  stopWhen: {},
  seeds: [1],
};

const where = 'lab/compare';

/** Settings that are the same for all runs of a comparison. */
const single = [
  'model',
  'dataset',
  'normalization',
  'initializer',
  'epochs',
  'trainSize',
  'testSize',
  'probeSize',
  'batchSize',
  'optimizer',
  'learningRate',
  'revival',
  'stopWhen',
] as const;

function requireList(argument: string, value: unknown): asserts value is readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return;
  const type = Array.isArray(value) ? RangeError : TypeError;
  throw invalidArgument({ where, argument, rule: 'must be a list of one or more', received: describe(value), type });
}

function requireKnownKeys(plan: object): void {
  const known = Object.keys(defaultPlan);
  const stray = Object.keys(plan).find((key) => !known.includes(key));
  if (stray === undefined) return;
  const near = nearestName(stray, known);
  throw invalidArgument({
    where,
    argument: 'plan',
    rule: `must have no other keys than ${known.join(', ')}`,
    received: describe(stray),
    ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
  });
}

/** The plan with its defaults, checked. */
export function wholePlan(plan: ComparePlan = {}): WholePlan {
  if (typeof plan !== 'object' || plan === null)
    throw invalidArgument({
      where,
      argument: 'plan',
      rule: 'must be an object',
      received: describe(plan),
      type: TypeError,
    });
  requireKnownKeys(plan);
  const given = Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined));
  const whole: WholePlan = { ...defaultPlan, ...given };
  if (!('probeSize' in given) && whole.testSize < whole.probeSize) whole.probeSize = whole.testSize;
  requireList('plan.activations', whole.activations);
  whole.activations.forEach((choice, i) => {
    checks.activation!(where, `plan.activations[${i}]`, choice);
  });
  for (const key of single) checks[key]!(where, `plan.${key}`, whole[key]);
  requireFinite(where, 'plan.probeSize', whole.probeSize, { max: whole.testSize });
  requireList('plan.seeds', whole.seeds);
  whole.seeds.forEach((seed, i) => {
    checks.seed!(where, `plan.seeds[${i}]`, seed);
  });
  return whole;
}

/** An activation's name and parameters. */
export function specOf(choice: ActivationChoice): { name: string; params: Record<string, unknown> } {
  if (typeof choice === 'string') return { name: choice, params: {} };
  if ('params' in choice) return { name: choice.name, params: { ...(choice.params as object) } };
  const { name, ...params } = choice;
  return { name, params };
}
