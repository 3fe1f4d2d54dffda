import { type Optimizer, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { fill, type Weight } from './channels/arrays';

/** One accumulator of an optimiser for one weight (tfjs keeps them under `<weight name>/<slot>`). */
interface Slot {
  originalName: string;
  variable: Variable;
}

const isSlot = (value: unknown): value is Slot =>
  typeof value === 'object' && value !== null && 'originalName' in value && 'variable' in value;

/** The lists of slots that an optimiser keeps, by property name (tfjs-core has no public way to them). */
function slotLists(optimizer: Optimizer): [string, Slot[]][] {
  return Object.entries(optimizer).filter(
    (entry): entry is [string, Slot[]] => Array.isArray(entry[1]) && entry[1].length > 0 && entry[1].every(isSlot),
  );
}

/** Whether an optimiser has accumulators at all; plain SGD has none, and before the first step no optimiser has. */
export function hasSlots(optimizer: Optimizer): boolean {
  return slotLists(optimizer).length > 0;
}

/** Averages a weight over the slices of `axis` that are not in `channels`, position by position. */
function meanOfOthers({ shape, values }: Weight, axis: number, channels: readonly number[]): (i: number) => number {
  const length = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const others = Array.from({ length }, (_, i) => i).filter((i) => !channels.includes(i));
  return (i) => {
    const [o, rest] = [Math.floor(i / inner), i % inner];
    const sum = others.reduce((total, c) => total + values[(o * length + c) * inner + rest]!, 0);
    return others.length === 0 ? 0 : sum / others.length;
  };
}

/**
 * Resets what an optimiser remembers of some slices of one weight. First moments and momenta become 0; second moments
 * become the mean of the other channels' : tfjs corrects the bias of Adam's moments by one global step count, so a
 * second moment of 0 late in training would make the first step of a revived channel about three times the learning rate.
 *
 * @param weightName the variable's name (with the suffix that makes it unique)
 * @param axis the axis of the weight that runs over channels
 */
export async function resetSlots(
  optimizer: Optimizer,
  weightName: string,
  axis: number,
  channels: readonly number[],
): Promise<void> {
  for (const [property, slots] of slotLists(optimizer)) {
    for (const { originalName, variable } of slots) {
      if (!originalName.startsWith(`${weightName}/`)) continue;
      const weight: Weight = { shape: variable.shape, values: Float32Array.from(await variable.data()) };
      const second = /second|meansquare|accumulatedgrads|weightedinf/i.test(property);
      const mean = second ? meanOfOthers(weight, axis, channels) : () => 0;
      const { values } = fill(weight, axis, channels, mean);
      tidy(() => variable.assign(tensor(values, variable.shape, 'float32') as Tensor));
    }
  }
}
