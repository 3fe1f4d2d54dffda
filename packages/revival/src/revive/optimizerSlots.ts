import { describe, invalidArgument } from '@relumine/core';
import { type Optimizer, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fill, type Weight } from '../channels/arrays';

/** One accumulator of an optimiser for one weight (tfjs keeps them under `<weight name>/<slot>`). */
interface Slot {
  originalName: string;
  variable: Variable;
}

/** The accumulators of one weight, with the property of the optimiser that they are kept in. */
export type SlotFinder = (weightName: string) => readonly (readonly [property: string, slot: Slot])[];

const isSlot = (value: unknown): value is Slot =>
  typeof value === 'object' && value !== null && 'originalName' in value && 'variable' in value;

/** The lists of slots that an optimiser keeps, by property name (tfjs-core has no public way to them). */
function slotLists(optimizer: Optimizer): [string, Slot[]][] {
  return Object.entries(optimizer).filter(
    (entry): entry is [string, Slot[]] => Array.isArray(entry[1]) && entry[1].length > 0 && entry[1].every(isSlot),
  );
}

/** Whether an optimiser has accumulators at all; plain SGD has none, and before the first step no optimiser has. */
export const hasSlots = (optimizer: Optimizer): boolean => slotLists(optimizer).length > 0;

const sameShape = (a: readonly (number | null)[], b: readonly (number | null)[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/**
 * Finds an optimiser's accumulators for a model's weights: by name, or, where it was loaded and still has the names of
 * the model that was saved, by position, as tfjs itself will.
 *
 * @throws RangeError for an optimiser without accumulators, or one that trains another model
 */
export function slotFinder(where: string, model: LayersModel, optimizer: Optimizer): SlotFinder {
  const lists = slotLists(optimizer);
  if (lists.length === 0)
    throw invalidArgument({
      where,
      argument: 'options.optimizer',
      rule: 'must have moments to reset',
      received: `${describe(optimizer)} without any`,
      wayOut: 'Leave it out: plain SGD keeps none, and before the first step no optimiser does.',
    });
  const weights = model.trainableWeights;
  const named = (slots: readonly Slot[], name: string): Slot | undefined =>
    slots.find(({ originalName }) => originalName.startsWith(`${name}/`));
  const byName = lists.some(([, slots]) => weights.some(({ name }) => named(slots, name)));
  const byPosition = lists.every(
    ([, slots]) =>
      slots.length === weights.length && slots.every(({ variable }, i) => sameShape(variable.shape, weights[i]!.shape)),
  );
  if (!byName && !byPosition)
    throw invalidArgument({
      where,
      argument: 'options.optimizer',
      rule: 'must be the optimiser that trains this model',
      received: `${describe(optimizer)} with moments of other weights, such as '${lists[0]![1][0]!.originalName}'`,
    });
  return (weightName) =>
    lists.flatMap(([property, slots]) => {
      const position = weights.findIndex(({ name }) => name === weightName);
      const slot = byName ? named(slots, weightName) : slots[position];
      return slot ? [[property, slot] as const] : [];
    });
}

/** Averages a weight over the slices of `axis` that are not in `channels`, position by position. */
function meanOfOthers({ shape, values }: Weight, axis: number, channels: readonly number[]): (i: number) => number {
  const length = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const gone = new Set(channels);
  const others = Array.from({ length }, (_, i) => i).filter((i) => !gone.has(i));
  return (i) => {
    const [o, rest] = [Math.floor(i / inner), i % inner];
    const sum = others.reduce((total, c) => total + values[(o * length + c) * inner + rest]!, 0);
    return others.length === 0 ? 0 : sum / others.length;
  };
}

/** Lists of running means of squares, in tfjs's and Relumine's optimisers: they divide the step. */
const divides = /second|meansquare|accumulatedgrads|weightedinf/i;

/**
 * Resets what an optimiser remembers of some slices of one weight. First moments and momenta become 0; second moments
 * become the mean of the other channels': tfjs corrects the bias of Adam's moments by one step count for all weights, so
 * a slice can't start at step 0 by itself, and a second moment of 0 late in training would make its first step about
 * three times the learning rate.
 *
 * @param weightName the variable's name (with the suffix that makes it unique)
 * @param axis the axis of the weight that runs over channels
 */
export async function resetSlots(
  find: SlotFinder,
  weightName: string,
  axis: number,
  channels: readonly number[],
): Promise<void> {
  for (const [property, { variable }] of find(weightName)) {
    const weight: Weight = { shape: variable.shape, values: Float32Array.from(await variable.data()) };
    const start = divides.test(property) ? meanOfOthers(weight, axis, channels) : () => 0;
    // One mean per position: the same for every channel of the slice.
    const known = new Map<number, number>();
    const { values } = fill(weight, axis, channels, (i) => {
      const value = known.get(i) ?? start(i);
      known.set(i, value);
      return value;
    });
    tidy(() => variable.assign(tensor(values, variable.shape, 'float32')));
  }
}
