import { describe, invalidArgument, nearestName, requireFinite, requireOneOf } from '@relumine/core';
import { adam, adamW, sgd } from '@relumine/wasm-backend';
import type { Optimizer } from '@tensorflow/tfjs-core';

export const optimizerNames = ['adam', 'adamW', 'sgd'] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** By name, or with its own settings, such as `{ name: 'sgd', momentum: 0.9 }`. */
export type OptimizerChoice = OptimizerName | ({ readonly name: OptimizerName } & Readonly<Record<string, unknown>>);

const settings: Readonly<Record<OptimizerName, readonly string[]>> = {
  adam: ['beta1', 'beta2', 'epsilon'],
  adamW: ['beta1', 'beta2', 'epsilon', 'weightDecay'],
  sgd: ['momentum', 'nesterov', 'weightDecay'],
};

/** @throws TypeError or RangeError for an unknown optimiser or setting */
export function requireOptimizer(where: string, argument: string, value: unknown): asserts value is OptimizerChoice {
  if (typeof value !== 'object' || value === null) return requireOneOf(where, argument, value, optimizerNames);
  const { name, ...rest } = value as Record<string, unknown>;
  requireOneOf(where, `${argument}.name`, name, optimizerNames);
  for (const [key, setting] of Object.entries(rest)) {
    if (!settings[name].includes(key)) {
      const near = nearestName(key, settings[name]);
      throw invalidArgument({
        where,
        argument,
        rule: `must have no other keys than ${['name', ...settings[name]].join(', ')}`,
        received: describe(key),
        ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
      });
    }
    if (key === 'nesterov') {
      if (typeof setting !== 'boolean')
        throw invalidArgument({
          where,
          argument: `${argument}.nesterov`,
          rule: 'must be true or false',
          received: describe(setting),
          type: TypeError,
        });
    } else requireFinite(where, `${argument}.${key}`, setting, { min: 0 });
  }
}

/** The optimiser of a choice; the caller disposes it. */
export function optimizerOf(choice: OptimizerChoice, learningRate: number): Optimizer {
  const { name, ...rest } = typeof choice === 'string' ? { name: choice } : choice;
  const make = { adam, adamW, sgd }[name];
  return make({ ...rest, learningRate });
}
