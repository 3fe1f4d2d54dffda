import { fill, type Weight, weightedSums } from '../channels/arrays';
import { type Reader, readers, seesNoBorder } from '../channels/plan';
import type { ChannelSpace, ChannelStructure } from '../channels/spaces';
import { readWeights, writeWeights } from '../weights';
import { resetSlots, type SlotFinder } from './optimizerSlots';
import type { SeenValue } from './targets';

/** What a reader sees of one channel of a space until now. */
export type SeenBy = (channel: number, reader: Reader) => SeenValue;

/**
 * Sets the outgoing weights of some channels of a space to 0; what a channel put out on average until now is folded into
 * the bias of each reader.
 *
 * @returns where that changes the function, in words: nothing for dead ReLUs, whose value is 0
 */
export async function silenceOutgoing(
  structure: ChannelStructure,
  space: ChannelSpace,
  channels: readonly number[],
  seen: SeenBy,
  slots?: SlotFinder,
): Promise<string[]> {
  const inexact: string[] = [];
  for (const reader of readers(structure, space)) {
    const { call, input, offset } = reader;
    const { spaces, positions } = structure.layout(input);
    const width = spaces.reduce((sum, one) => sum + one.size, 0);
    const factors = new Map<number, number>();
    let varies = false;
    for (const c of channels) {
      const { value, constant } = seen(c, reader);
      varies ||= !constant;
      for (let p = 0; p < positions; p++) factors.set(p * width + offset + c, value);
    }
    const indices = [...factors.keys()];
    const axis = silencedWeight(call.rule.weights);
    const weights = await readWeights(call.layer);
    const before = weights[axis]!;
    const { input: inputAxis } = call.rule.weights[axis]!;
    weights[axis] = fill(before, inputAxis!, indices, () => 0);
    if ([...factors.values()].some((value) => value !== 0)) {
      const folded = foldInto(weights, before, call.rule.weights[axis]!, factors);
      if (!folded) inexact.push(`'${call.layer.name}' has no bias to fold a constant into`);
      else if (!seesNoBorder(call)) inexact.push(`'${call.layer.name}' pads, so a constant folds exactly inside only`);
      else if (varies) inexact.push(`'${call.layer.name}' gets the mean of a channel that is not quite constant`);
    }
    writeWeights(call.layer, weights);
    if (slots) await resetSlots(slots, call.layer.weights[axis]!.name, inputAxis!, indices);
  }
  return inexact;
}

/**
 * Which weight to silence. A separable convolution has two in a row: with both at 0 neither would ever get a gradient, so
 * only the last one is set.
 */
export function silencedWeight(axes: readonly { input?: number }[]): number {
  return axes.map(({ input }) => input !== undefined).lastIndexOf(true);
}

function foldInto(
  weights: Weight[],
  kernel: Weight,
  { input, output }: { input?: number; output?: number },
  factors: ReadonlyMap<number, number>,
): boolean {
  const bias = weights.at(-1)!;
  if (input === undefined || output === undefined || bias.shape.length !== 1) return false;
  const extra = weightedSums(kernel, input, output, factors);
  const values = Float32Array.from(bias.values, (value, i) => value + extra[i]!);
  weights[weights.length - 1] = { shape: bias.shape, values };
  return true;
}
