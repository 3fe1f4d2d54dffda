import { createRandom, describe, invalidArgument, type Random, requireFinite } from '@relumine/core';

/** Values to draw from: a list, or a range, uniform, uniform in its logarithm, or of whole numbers. */
export type RandomChoice =
  | readonly unknown[]
  | { uniform: readonly [number, number] }
  | { logUniform: readonly [number, number] }
  | { integer: readonly [number, number] };

const kinds = ['uniform', 'logUniform', 'integer'] as const;

/** @throws TypeError or RangeError for an empty list, another kind, or ends that are no range */
export function requireRandomChoice(where: string, argument: string, value: unknown): asserts value is RandomChoice {
  if (Array.isArray(value) && value.length > 0) return;
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const [kind, range] = entries[0] ?? [];
  if (entries.length !== 1 || !kinds.includes(kind as 'uniform')) {
    const rule = `must be a list of one or more values, or one of ${kinds.map((name) => `{ ${name}: [from, to] }`).join(', ')}`;
    throw invalidArgument({ where, argument, rule, received: describe(value) });
  }
  if (!Array.isArray(range) || range.length !== 2)
    throw invalidArgument({
      where,
      argument: `${argument}.${kind}`,
      rule: 'must be [from, to]',
      received: describe(range),
    });
  for (const end of range)
    requireFinite(where, `${argument}.${kind}`, end, kind === 'logUniform' ? { min: 0, exclusive: true } : {});
  const isRange = range[0] < range[1] && (kind !== 'integer' || range.every(Number.isSafeInteger));
  if (!isRange)
    throw invalidArgument({
      where,
      argument: `${argument}.${kind}`,
      rule: kind === 'integer' ? 'must be whole numbers that rise' : 'must rise',
      received: describe(range),
    });
}

function draw(choice: RandomChoice, random: Random): unknown {
  if (Array.isArray(choice)) return choice[random.integer(choice.length)];
  if ('uniform' in choice) {
    const [from, to] = choice.uniform;
    return from + (to - from) * random.uniform();
  }
  if ('logUniform' in choice) {
    const [from, to] = choice.logUniform;
    // Four digits are enough to tell rates apart, and can be read.
    return Number(Math.exp(Math.log(from) + Math.log(to / from) * random.uniform()).toPrecision(4));
  }
  const [from, to] = (choice as { integer: readonly [number, number] }).integer;
  return from + random.integer(to - from + 1);
}

/** The `index`-th draw of a space: every axis by itself, so that another axis or more draws change none of the others. */
export function drawPoint(
  space: Readonly<Record<string, RandomChoice>>,
  seed: number,
  index: number,
): Record<string, unknown> {
  const random = createRandom(seed).fork(index);
  return Object.fromEntries(Object.entries(space).map(([axis, choice]) => [axis, draw(choice, random.fork(axis))]));
}
