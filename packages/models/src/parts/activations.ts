import { resolveActivationName } from '@relumine/activations';
import { type Activation, type ActivationName, describe, invalidArgument, requireOneOf } from '@relumine/core';
import type { ActivationChoice } from '../options';
import { modelActivationNames } from './activationStep';
import type { FollowedBy } from './initializer';

function one(where: string, argument: string, choice: unknown): FollowedBy {
  const isObject = typeof choice === 'object' && choice !== null && 'name' in choice;
  const field = isObject ? `${argument}.name` : argument;
  const name = resolveActivationName((isObject ? choice.name : choice) as string, where, field);
  requireOneOf(where, field, name, modelActivationNames);
  if (!isObject) return { name, params: {} };
  if ('params' in choice) return { name, params: { ...(choice as Activation).params } };
  const { name: _, ...params } = choice as { name: ActivationName } & Record<string, unknown>;
  return { name, params };
}

/** `count` activations from one for all, or one per layer. */
export function activationsOf(
  where: string,
  choice: ActivationChoice | readonly ActivationChoice[] | undefined,
  count: number,
  fallback: ActivationName = 'relu',
): FollowedBy[] {
  const argument = 'options.activation';
  if (!Array.isArray(choice)) {
    const all = one(where, argument, choice ?? fallback);
    return Array.from({ length: count }, () => all);
  }
  if (choice.length !== count)
    throw invalidArgument({
      where,
      argument,
      rule: `must be one activation, or ${count}, one for each layer`,
      received: describe(choice),
    });
  return choice.map((each, i) => one(where, `${argument}[${i}]`, each));
}
