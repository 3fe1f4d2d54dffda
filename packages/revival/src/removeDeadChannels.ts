import { type DeadNeuronReport, describe, invalidArgument } from '@relumine/core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { type Weight, take, weightedSums } from './channels/arrays';
import { channelConstants } from './channels/constants';
import { channelVerdict, type Fold, makers, readers, spacesOf } from './channels/plan';
import { type ChannelSpace, type ChannelStructure, channelStructure, representative } from './channels/spaces';
import { requireReportOf } from './requireReportOf';
import { withCounts } from './topology';
import { readWeights, writeWeights } from './weights';
import { largestDifference, type RemovalData } from './largestDifference';

const where = 'revival/removeDeadChannels';

/** Channels of one layer that went, or that had to stay. */
export interface RemovedChannels {
  /** The layer whose kernel made them. */
  layer: string;
  channels: number[];
}

export interface KeptChannels extends RemovedChannels {
  /** Why they stay, in words. */
  reason: string;
}

export interface RemovalResult {
  /** The smaller model, not compiled; the caller's. The given model is unchanged. */
  model: LayersModel;
  removed: RemovedChannels[];
  /** Constant channels that could not go without changing an output. */
  kept: KeptChannels[];
  /** Largest |difference| of the two models' outputs over the largest |output|, on `data` (or on seeded uniform input). */
  maxDifference: number;
  parameters: { before: number; after: number };
}

/** What to cut from one layer's weights, and what to add to its bias. */
interface Cut {
  outputs: Set<number>;
  inputs: Set<number>;
  folds: Fold[];
}

function planRemoval(structure: ChannelStructure, verdictOf: (space: ChannelSpace, channel: number) => ReturnType<typeof channelVerdict>) {
  const cuts = new Map<string, Cut>();
  const cut = (name: string): Cut => {
    const found = cuts.get(name) ?? { outputs: new Set(), inputs: new Set(), folds: [] };
    cuts.set(name, found);
    return found;
  };
  const removed: RemovedChannels[] = [];
  const kept: KeptChannels[] = [];
  for (const space of spacesOf(structure)) {
    const verdicts = Array.from({ length: space.size }, (_, c) => verdictOf(space, c));
    const going = verdicts.flatMap((verdict, c) => (verdict.removable ? [c] : []));
    const made = makers(structure, space);
    const producers = made.filter(({ call }) => call.rule.kind === 'producer').map(({ call }) => call.layer.name);
    if (going.length === space.size && producers[0])
      throw invalidArgument({
        where,
        argument: 'report',
        rule: `must leave one channel at least of layer '${producers[0]}'`,
        received: `${space.size} of ${space.size} channels dead`,
        wayOut: 'Revive some of them first (reviveChannels), or retrain with another activation or initialiser.',
      });
    for (const { call, offset } of made) for (const c of going) cut(call.layer.name).outputs.add(offset + c);
    for (const { call, input, offset } of readers(structure, space)) {
      const { spaces, positions } = structure.layout(input);
      const width = spaces.reduce((sum, one) => sum + one.size, 0);
      for (const c of going) for (let p = 0; p < positions; p++) cut(call.layer.name).inputs.add(p * width + offset + c);
    }
    for (const verdict of verdicts) if (verdict.removable) for (const fold of verdict.folds) cut(fold.call.layer.name).folds.push(fold);
    if (going.length > 0) for (const layer of producers) removed.push({ layer, channels: going });
    const reasons = new Map<string, number[]>();
    verdicts.forEach((verdict, c) => {
      if (!verdict.removable) reasons.set(verdict.reason, [...(reasons.get(verdict.reason) ?? []), c]);
    });
    for (const [reason, channels] of reasons) for (const layer of producers) kept.push({ layer, channels, reason });
  }
  return { cuts, removed, kept };
}

const without = (length: number, gone: ReadonlySet<number>): number[] =>
  Array.from({ length }, (_, i) => i).filter((i) => !gone.has(i));

function cutWeights(weights: readonly Weight[], axes: readonly { input?: number; output?: number }[], cut: Cut, bias: Float64Array | undefined, hasBias: boolean): Weight[] {
  const whole = [...weights];
  if (bias && hasBias) {
    const last = whole.at(-1)!;
    whole[whole.length - 1] = { shape: last.shape, values: Float32Array.from(last.values, (value, i) => value + bias[i]!) };
  } else if (bias) {
    whole.push({ shape: [bias.length], values: Float32Array.from(bias) });
  }
  return whole.map((weight, i) => {
    const { input, output } = axes[i] ?? { output: 0 };
    const narrowed = input === undefined ? weight : take(weight, input, without(weight.shape[input]!, cut.inputs));
    return output === undefined ? narrowed : take(narrowed, output, without(narrowed.shape[output]!, cut.outputs));
  });
}

/**
 * Removes the channels that a report found constant (a dead ReLU channel is constantly 0) together with the slices of
 * every layer downstream that reads them: convolutions, depthwise and transposed convolutions, batch norm, PReLU slopes,
 * dense layers after Flatten, through pooling, additions and concatenations. A constant other than 0 is folded into the
 * next bias where that is exact (dense, 1×1, 'valid'); behind zero padding it is not, and the channel stays, with the reason.
 *
 * Outputs are equal to float32 rounding on every input for which the report's verdicts hold.
 *
 * @param model a Sequential or functional model; borrowed and unchanged
 * @param report an audit of this very model
 * @param options `data`: input to compare the two models on (borrowed); without it, seeded uniform numbers in [0, 1)
 * @throws RangeError if the report does not belong to the model, or a layer would lose every channel
 */
export async function removeDeadChannels(
  model: LayersModel,
  report: DeadNeuronReport,
  options: { data?: RemovalData } = {},
): Promise<RemovalResult> {
  requireReportOf(where, model, report);
  const structure = channelStructure(model);
  const constants = await channelConstants(structure.calls, report);
  const interesting = new Set<ChannelSpace>();
  for (const { outputs } of structure.calls)
    for (const output of outputs)
      if (constants.get(output.id)?.some((value) => value !== null))
        for (const space of structure.layout(output).spaces) interesting.add(representative(space));
  const { cuts, removed, kept } = planRemoval(structure, (space, channel) =>
    interesting.has(space)
      ? channelVerdict(structure, constants, space, channel)
      : { removable: false, reason: space.locked ?? 'no layer that was audited makes it' },
  );

  const layerNamed = new Map(structure.calls.map((call) => [call.layer.name, call]));
  const counts = new Map<string, { count: number; addBias: boolean }>();
  const newWeights = new Map<string, Weight[]>();
  for (const [name, cut] of cuts) {
    const { layer, rule } = layerNamed.get(name)!;
    const weights = await readWeights(layer);
    const kernelAxes = rule.weights[0] ?? {};
    const folds = cut.folds.filter(({ value }) => value !== 0);
    const hasBias = rule.weights.at(-1)?.output === 0 && weights.at(-1)?.shape.length === 1;
    let bias: Float64Array | undefined;
    if (folds.length > 0) {
      const { spaces, positions } = structure.layout(folds[0]!.call.inputs[0]!);
      const width = spaces.reduce((sum, one) => sum + one.size, 0);
      const factors = new Map<number, number>();
      for (const { inputChannel, value } of folds)
        for (let p = 0; p < positions; p++) factors.set(p * width + inputChannel, value);
      bias = weightedSums(weights[0]!, kernelAxes.input!, kernelAxes.output!, factors);
    }
    newWeights.set(name, cutWeights(weights, rule.weights, cut, bias, hasBias));
    const { countKey } = rule;
    if (countKey) {
      const producing = layer as unknown as { filters?: number; units?: number };
      counts.set(name, { count: producing[countKey]! - cut.outputs.size, addBias: bias !== undefined && !hasBias });
    }
  }

  const smaller = await models.modelFromJSON({ modelTopology: withCounts(model, counts) });
  try {
    for (const layer of smaller.layers) {
      if (layer.weights.length === 0) continue;
      writeWeights(layer, newWeights.get(layer.name) ?? (await readWeights(model.getLayer(layer.name))));
    }
    const maxDifference = await largestDifference(model, smaller, options.data);
    const wasConstant = (layer: string, channel: number): boolean => {
      const call = structure.calls.find((one) => one.layer.name === layer)!;
      const space = representative(structure.layout(call.outputs[0]!).spaces[0]!);
      return structure.calls.some(({ outputs }) =>
        outputs.some(({ id }) => {
          const values = constants.get(id);
          const layout = values && structure.layout(outputs[0]!);
          if (!values || !layout) return false;
          let offset = 0;
          for (const one of layout.spaces) {
            if (representative(one) === space && values[offset + channel] !== null && values[offset + channel] !== undefined) return true;
            offset += one.size;
          }
          return false;
        }),
      );
    };
    const constantKept = kept
      .map((one) => ({ ...one, channels: one.channels.filter((c) => wasConstant(one.layer, c)) }))
      .filter(({ channels }) => channels.length > 0);
    const parameters = { before: model.countParams(), after: smaller.countParams() };
    return { model: smaller, removed, kept: constantKept, maxDifference, parameters };
  } catch (error) {
    smaller.dispose();
    throw error;
  }
}

/** For messages: what a removal did, in one sentence. */
export function describeRemoval({ removed, kept, parameters }: RemovalResult): string {
  const count = (lists: readonly RemovedChannels[]): number => lists.reduce((sum, { channels }) => sum + channels.length, 0);
  const share = ((1 - parameters.after / parameters.before) * 100).toFixed(1);
  return `Removed ${count(removed)} channels (${share} % of ${describe(parameters.before)} parameters); ${count(kept)} constant channels stay.`;
}
