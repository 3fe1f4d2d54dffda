import type { DeadNeuronReport } from '@relumine/core';
import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { take, type Weight, weightedSums } from './channels/arrays';
import { channelConstants } from './channels/constants';
import { type ChannelStructure, channelStructure, type RuledCall } from './channels/spaces';
import { largestDifference, type RemovalData, syntheticInput } from './largestDifference';
import { type Cut, type KeptChannels, type LayerChannels, planRemoval } from './planRemoval';
import { predictTimes } from './predictTime';
import { rebuildModel } from './rebuildModel';
import { requireReportOf } from './requireReportOf';
import { withCounts } from './topology';
import { readWeights, writeWeights } from './weights';

/** The smaller model, what was removed, and how far outputs differ. */
export interface RemovalResult {
  /** The smaller model, not compiled; the caller's. The given model is unchanged. */
  model: LayersModel;
  removed: LayerChannels[];
  /** Constant channels that could not go without changing an output, with the reason. */
  kept: KeptChannels[];
  /** Largest |difference| of the two models' outputs over the largest |output|, on `data` (or on seeded uniform input). */
  maxDifference: number;
  parameters: { before: number; after: number };
  /** Of the weights in float32. */
  bytes: { before: number; after: number };
  /** Median of a prediction of up to 32 samples of that input, both models in turn; null where it was not asked for. */
  milliseconds: { before: number; after: number } | null;
}

/** Options of `removeDeadChannels`. */
export interface RemovalOptions {
  /** Input to compare the two models on, best not the data of the audit; borrowed. Seeded uniform numbers unless given. */
  data?: RemovalData;
  /** Whether to time both models; true unless given. */
  timing?: boolean;
}

const where = 'revival/removeDeadChannels';

const without = (length: number, gone: ReadonlySet<number>): number[] =>
  Array.from({ length }, (_, i) => i).filter((i) => !gone.has(i));

/** What the removed constants added to every output of a layer, in float64; undefined where it is nothing. */
function foldedBias(
  structure: ChannelStructure,
  { rule }: RuledCall,
  { folds }: Cut,
  kernel: Weight,
): Float64Array | undefined {
  const nonZero = folds.filter(({ value }) => value !== 0);
  const input = nonZero[0]?.call.inputs[0];
  const { input: inputAxis, output: outputAxis } = rule.weights[0] ?? {};
  if (!input || inputAxis === undefined || outputAxis === undefined) return undefined;
  const { spaces, positions } = structure.layout(input);
  const width = spaces.reduce((sum, one) => sum + one.size, 0);
  const factors = new Map<number, number>();
  for (const { inputChannel, value } of nonZero)
    for (let p = 0; p < positions; p++) factors.set(p * width + inputChannel, value);
  return weightedSums(kernel, inputAxis, outputAxis, factors);
}

/** A layer's weights after a cut, and whether a bias had to be added to hold what was folded. */
async function cutLayer(
  structure: ChannelStructure,
  call: RuledCall,
  cut: Cut,
): Promise<{ weights: Weight[]; addBias: boolean }> {
  const weights = await readWeights(call.layer);
  const extra = foldedBias(structure, call, cut, weights[0]!);
  const hasBias = call.rule.kind === 'producer' && weights.length > 1 && weights.at(-1)!.shape.length === 1;
  if (extra && hasBias) {
    const { shape, values } = weights.pop()!;
    weights.push({ shape, values: Float32Array.from(values, (value, i) => value + extra[i]!) });
  } else if (extra) {
    weights.push({ shape: [extra.length], values: Float32Array.from(extra) });
  }
  const narrowed = weights.map((weight, i) => {
    const { input, output } = call.rule.weights[i] ?? { output: 0 };
    const fewer = input === undefined ? weight : take(weight, input, without(weight.shape[input]!, cut.inputs));
    return output === undefined ? fewer : take(fewer, output, without(fewer.shape[output]!, cut.outputs));
  });
  return { weights: narrowed, addBias: extra !== undefined && !hasBias };
}

/**
 * Removes the channels that a report found constant (a dead ReLU channel is constantly 0) together with the slices of
 * every layer downstream that reads them: convolutions, depthwise, separable and transposed convolutions, batch norm,
 * PReLU slopes, dense layers after Flatten, through pooling, additions and concatenations. A constant other than 0 is
 * folded into the next bias where that is exact (dense, 1×1 and 'valid' kernels); behind zero padding it is not, and the
 * channel stays, with the reason. Channels that reach layers which mix or share channels stay too, with the layer's name.
 *
 * Outputs are equal to float32 rounding on every input for which the report's constants hold.
 *
 * @param model a Sequential or functional model; borrowed and unchanged
 * @param report an audit of this very model
 * @throws RangeError if the report does not belong to the model, a layer would lose every channel, or tfjs can't make the
 *   model again (a layer whose class is not registered)
 */
export async function removeDeadChannels(
  model: LayersModel,
  report: DeadNeuronReport,
  options: RemovalOptions = {},
): Promise<RemovalResult> {
  requireReportOf(where, model, report);
  const structure = channelStructure(model);
  const constants = await channelConstants(structure.calls, report);
  const { cuts, removed, kept } = planRemoval(where, structure, constants);

  const newWeights = new Map<string, Weight[]>();
  const counts = new Map<string, { count: number; addBias: boolean }>();
  for (const [name, cut] of cuts) {
    const call = structure.calls.find(({ layer }) => layer.name === name)!;
    if (call.layer.weights.length === 0) continue;
    const { weights, addBias } = await cutLayer(structure, call, cut);
    newWeights.set(name, weights);
    const channels = call.outputs[0]!.shape.at(-1);
    if (call.rule.countKey) counts.set(name, { count: (channels ?? 0) - cut.outputs.size, addBias });
  }

  const smaller = await rebuildModel(where, withCounts(model, counts));
  const input = options.data ?? syntheticInput(model);
  try {
    for (const layer of smaller.layers) {
      if (layer.weights.length === 0) continue;
      writeWeights(layer, newWeights.get(layer.name) ?? (await readWeights(model.getLayer(layer.name))));
    }
    const maxDifference = await largestDifference(model, smaller, input);
    const parameters = { before: model.countParams(), after: smaller.countParams() };
    const times = options.timing === false ? null : await predictTimes(model, smaller, input);
    return {
      model: smaller,
      removed,
      kept,
      maxDifference,
      parameters,
      bytes: { before: 4 * parameters.before, after: 4 * parameters.after },
      milliseconds: times && { before: times[0], after: times[1] },
    };
  } catch (error) {
    smaller.dispose();
    throw error;
  } finally {
    if (!options.data) dispose(input);
  }
}
