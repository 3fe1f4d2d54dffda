import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ChannelStructure, RuledCall } from '../channels/spaces';
import { readWeights, writeWeights } from '../weights';
import { resetSlots, type SlotFinder } from './optimizerSlots';
import { preactivationSource, preactivations } from './preactivations';

/** Index of the weight of `layer` that adds a number to each channel: a bias, or batch norm's β. */
export function shiftIndex({ layer, rule }: RuledCall): number | undefined {
  if (layer.getClassName() === 'BatchNormalization') {
    const index = layer.weights.findIndex(({ originalName }) => /beta(_\d+)?$/.test(originalName));
    return index < 0 ? undefined : index;
  }
  const last = rule.weights.length - 1;
  const hasBias = rule.kind === 'producer' || (rule.kind === 'carrier' && layer.getClassName() === 'DepthwiseConv2D');
  const isBias = hasBias && last > 0 && layer.weights[last]?.shape.length === 1;
  return isBias ? last : undefined;
}

/** Layers that pass a shift of a channel on unchanged. */
const transparent = /^(Dropout|SpatialDropout1D|GaussianNoise|MaxPooling[12]D|Cropping2D|UpSampling2D)$/;

/** The nearest layer before `tensor` that shifts its channels; before a sum, one of a branch that nothing else reads. */
function shifter(structure: ChannelStructure, tensor: SymbolicTensor): RuledCall | undefined {
  const call = structure.calls.find(({ outputs }) => outputs.includes(tensor));
  if (!call) return undefined;
  if (shiftIndex(call) !== undefined) return call;
  if (call.rule.kind !== 'add' && !transparent.test(call.layer.getClassName())) return undefined;
  const readOnce = (input: SymbolicTensor): boolean =>
    structure.calls.filter(({ inputs }) => inputs.includes(input)).length === 1;
  const found = call.inputs.filter(readOnce).map((input) => shifter(structure, input));
  return found.find((one) => one !== undefined);
}

/**
 * The number to add to z so that exactly `ceil(rate × samples)` samples have z > 0 at their highest position: it lies
 * half-way between the last sample that fires and the first that does not.
 */
export function shiftForRate(highest: ArrayLike<number>, rate: number): number {
  const sorted = Float64Array.from(highest).sort().reverse();
  const firing = Math.min(sorted.length, Math.max(1, Math.ceil(rate * sorted.length)));
  const last = sorted[firing - 1]!;
  const next = sorted[firing];
  if (next !== undefined && next < last) return -(last + next) / 2;
  // Ties, or every sample fires: a step above the last one that is safe in float32.
  return -last + Math.max(1e-3 * Math.abs(last), 1e-6);
}

/** The highest z of each sample, per channel: `[channel][sample]`. */
async function highestPerSample(z: Tensor): Promise<Float64Array[]> {
  const [samples, channels] = [z.shape[0]!, z.shape.at(-1)!];
  const values = await z.data();
  const highest = Array.from({ length: channels }, () => new Float64Array(samples).fill(Number.NEGATIVE_INFINITY));
  const perSample = values.length / samples;
  for (let i = 0; i < values.length; i++) {
    const one = highest[i % channels]!;
    const sample = Math.floor(i / perSample);
    one[sample] = Math.max(one[sample]!, values[i]!);
  }
  return highest;
}

/**
 * Sets the bias (or batch norm's β) of some channels so that each fires on a share `rate` of `data`.
 *
 * @returns undefined where it was done, or why it can't be
 */
export async function biasShifts(
  model: LayersModel,
  structure: ChannelStructure,
  target: { readonly call: RuledCall; readonly channels: readonly number[] },
  { data, rate, slots }: { data: Tensor; rate: number; slots: SlotFinder | undefined },
): Promise<string | undefined> {
  const call = shifter(structure, preactivationSource(target.call).tensor);
  const index = call && shiftIndex(call);
  if (!call || index === undefined) return 'no bias or batch-norm shift of its own lies before its activation';
  const z = preactivations(model, target.call, data);
  let highest: Float64Array[];
  try {
    highest = await highestPerSample(z);
  } finally {
    z.dispose();
  }
  const weights = await readWeights(call.layer);
  const values = weights[index]!.values;
  for (const c of target.channels) values[c] = values[c]! + shiftForRate(highest[c]!, rate);
  writeWeights(call.layer, weights);
  if (slots) await resetSlots(slots, call.layer.weights[index]!.name, 0, target.channels);
  return undefined;
}
