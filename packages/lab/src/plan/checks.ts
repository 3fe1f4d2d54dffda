import { describe, invalidArgument, requireFinite, requireOneOf, requirePositiveInteger } from '@relumine/core';
import { initializerNames, modelActivationNames } from '@relumine/models';
import { requireDataset } from './dataset';
import { requireOptimizer } from './optimizer';

/** The networks for images that can be compared. */
export const comparedModels = ['simpleCnn', 'leNet5', 'vgg', 'resNet', 'mobileNet', 'deepNarrow'] as const;

export type ComparedModel = (typeof comparedModels)[number];

/** What happens to channels that are dead after an epoch: nothing, or one of `reviveChannels`' strategies. */
export const revivalChoices = ['none', 'recycle', 'reinitialize', 'bias'] as const;

/** How a plan revives dead channels while it trains. */
export type RevivalChoice = (typeof revivalChoices)[number];

/** What ends a run before its last epoch, beside a loss that is not finite. */
export interface StopRule {
  /** A share of all channels that are dead after an epoch. */
  deadFraction?: number;
  /** A mean loss of an epoch above this. */
  loss?: number;
}

type Check = (where: string, argument: string, value: unknown) => void;

const count =
  (min: number): Check =>
  (where, argument, value) =>
    requirePositiveInteger(where, argument, value, min);

const oneOf =
  (known: readonly string[]): Check =>
  (where, argument, value) =>
    requireOneOf(where, argument, value, known);

const stopRule: Check = (where, argument, value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument({ where, argument, rule: 'must be an object', received: describe(value), type: TypeError });
  for (const [key, limit] of Object.entries(value)) {
    requireOneOf(where, `${argument}, a key of it,`, key, ['deadFraction', 'loss']);
    requireFinite(where, `${argument}.${key}`, limit, key === 'loss' ? { min: 0 } : { min: 0, max: 1 });
  }
};

const activation: Check = (where, argument, value) => {
  const isSpec = typeof value === 'object' && value !== null;
  const name = isSpec ? (value as { name?: unknown }).name : value;
  requireOneOf(where, argument, name, modelActivationNames);
};

/** What each setting of a run may be; all throw TypeError or RangeError. */
export const checks: Readonly<Record<string, Check>> = {
  model: oneOf(comparedModels),
  dataset: requireDataset,
  activation,
  normalization: oneOf(['none', 'batch', 'spectral']),
  initializer: oneOf(initializerNames),
  optimizer: requireOptimizer,
  revival: oneOf(revivalChoices),
  learningRate: (where, argument, value) => requireFinite(where, argument, value, { min: 0, exclusive: true }),
  batchSize: count(1),
  epochs: count(1),
  trainSize: count(1),
  testSize: count(1),
  probeSize: count(1),
  stopWhen: stopRule,
  seed: count(0),
};
