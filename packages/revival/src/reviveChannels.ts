import {
  createRandom,
  type DeadNeuronReport,
  decodeNumber,
  describe,
  invalidArgument,
  type Random,
  requireOneOf,
} from '@relumine/core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { biasShifts } from './biasShifts';
import { fill, type Weight, weightedSums } from './channels/arrays';
import { makers, readers } from './channels/plan';
import {
  type ChannelSpace,
  type ChannelStructure,
  channelStructure,
  type RuledCall,
  representative,
} from './channels/spaces';
import { gainOf } from './gainOf';
import { freshCarrier, freshIncoming } from './incoming';
import { hasSlots, resetSlots } from './optimizerSlots';
import { requireReportOf } from './requireReportOf';
import { readWeights, writeWeights } from './weights';

const where = 'revival/reviveChannels';

export type RevivalStrategy = 'recycle' | 'reinitialize' | 'bias';
const strategies: readonly RevivalStrategy[] = ['recycle', 'reinitialize', 'bias'];

export interface RevivalOptions {
  /**
   * `recycle` (ReDo, Sokar et al. 2023): new incoming weights, zero outgoing weights, so that the function is unchanged
   * at that instant. `reinitialize`: new incoming weights, outgoing weights kept. `bias`: the weights are kept and the
   * bias (or batch norm's shift) is set so that the channel fires on a share `firingRate` of `data`.
   */
  strategy: RevivalStrategy;
  /** The optimiser that trains the model: its moments of the changed slices are reset. */
  optimizer?: Optimizer;
  /** Input of the model, needed by `bias`; borrowed. */
  data?: Tensor;
  /** The share of samples on which `bias` lets a channel fire; 0.5 unless given. */
  firingRate?: number;
  seed: number | string;
}

export interface RevivedLayer {
  /** The audited layer. */
  layer: string;
  channels: number[];
}

export interface RevivalResult {
  revived: RevivedLayer[];
  skipped: (RevivedLayer & { reason: string })[];
}

interface Target {
  readonly name: string;
  readonly activation: string;
  readonly space: ChannelSpace;
  readonly channels: number[];
  /** What each of `channels` puts out now, on average: 0 for a dead ReLU. */
  readonly values: number[];
  readonly call: RuledCall;
}

/** The dead channels of a report as channels of the model's spaces. */
function targetsOf(
  structure: ChannelStructure,
  report: DeadNeuronReport,
): { targets: Target[]; skipped: RevivalResult['skipped'] } {
  const targets: Target[] = [];
  const skipped: RevivalResult['skipped'] = [];
  for (const layer of report.layers) {
    if (layer.deadChannels.length === 0) continue;
    const call = structure.calls.find((one) => one.layer.name === layer.name && layer.path.length === 0);
    const spaces = call ? structure.layout(call.outputs[0]!).spaces : [];
    const space = spaces.length === 1 ? representative(spaces[0]!) : undefined;
    const skip = (reason: string): number => skipped.push({ layer: layer.name, channels: layer.deadChannels, reason });
    if (!call || !space)
      skip(layer.path.length > 0 ? `it is inside '${layer.path.join('/')}'` : 'it joins several layers');
    else if (space.locked) skip(space.locked);
    else {
      const { sum, count } = layer.statistics;
      const values = layer.deadChannels.map((c) => decodeNumber(sum[c]!) / count);
      targets.push({
        name: layer.name,
        activation: layer.activation,
        space,
        channels: layer.deadChannels,
        values,
        call,
      });
    }
  }
  return { targets, skipped };
}

async function change(call: RuledCall, changed: (weights: Weight[]) => Weight[]): Promise<void> {
  writeWeights(call.layer, changed(await readWeights(call.layer)));
}

/** New incoming weights for a target's channels in everything that makes or carries them. */
async function renewIncoming(
  structure: ChannelStructure,
  target: Target,
  random: Random,
  optimizer?: Optimizer,
): Promise<void> {
  for (const { call, offset } of makers(structure, target.space)) {
    if (call.layer.weights.length === 0) continue;
    const channels = target.channels.map((c) => c + offset);
    const stream = random.fork(call.layer.name);
    const fresh = call.rule.kind === 'producer' ? freshIncoming : freshCarrier;
    await change(call, (weights) => fresh(call, weights, channels, stream, gainOf(target.activation)));
    if (optimizer)
      for (const [i, { output }] of call.rule.weights.entries())
        if (output !== undefined) await resetSlots(optimizer, call.layer.weights[i]!.name, output, channels);
  }
}

/** Zero outgoing weights; what a channel put out constantly until now is folded into the bias of its reader. */
async function silenceOutgoing(structure: ChannelStructure, target: Target, optimizer?: Optimizer): Promise<void> {
  for (const { call, input, offset } of readers(structure, target.space)) {
    const { spaces, positions } = structure.layout(input);
    const width = spaces.reduce((sum, one) => sum + one.size, 0);
    const factors = new Map<number, number>();
    target.channels.forEach((c, k) => {
      for (let p = 0; p < positions; p++) factors.set(p * width + offset + c, target.values[k]!);
    });
    const indices = [...factors.keys()];
    await change(call, (weights) => {
      const { input: inputAxis, output: outputAxis } = call.rule.weights[0]!;
      const silenced = weights.map((weight, i) => {
        const axis = call.rule.weights[i]?.input;
        return axis === undefined ? weight : fill(weight, axis, indices, () => 0);
      });
      const bias = silenced.at(-1)!;
      if (inputAxis === undefined || outputAxis === undefined || bias.shape.length !== 1) return silenced;
      const extra = weightedSums(weights[0]!, inputAxis, outputAxis, factors);
      silenced[silenced.length - 1] = {
        shape: bias.shape,
        values: Float32Array.from(bias.values, (v, i) => v + extra[i]!),
      };
      return silenced;
    });
    if (optimizer)
      for (const [i, { input: axis }] of call.rule.weights.entries())
        if (axis !== undefined) await resetSlots(optimizer, call.layer.weights[i]!.name, axis, indices);
  }
}

/**
 * Brings the dead channels of a report back to life, in place.
 *
 * @param model the model that the report audits; its weights are changed
 * @param report an audit of this very model
 * @returns which channels were changed, and which were left and why
 * @throws RangeError for a report of another model, an unknown strategy, `bias` without data
 * @see Sokar et al. 2023, The Dormant Neuron Phenomenon in Deep Reinforcement Learning
 */
export async function reviveChannels(
  model: LayersModel,
  report: DeadNeuronReport,
  options: RevivalOptions,
): Promise<RevivalResult> {
  const { strategy, optimizer, data, firingRate = 0.5, seed } = options;
  requireOneOf(where, 'options.strategy', strategy, strategies);
  requireReportOf(where, model, report);
  if (strategy === 'bias' && !data)
    throw invalidArgument({
      where,
      argument: 'options.data',
      rule: "must be given for the strategy 'bias'",
      received: describe(data),
      wayOut: 'Pass a batch of training inputs.',
      type: TypeError,
    });
  if (optimizer && !hasSlots(optimizer))
    throw invalidArgument({
      where,
      argument: 'options.optimizer',
      rule: 'must have moments to reset',
      received: `${describe(optimizer)} without any`,
      wayOut: 'Leave it out: plain SGD keeps none, and before the first step no optimiser does.',
    });
  const structure = channelStructure(model);
  const { targets, skipped } = targetsOf(structure, report);
  const random = createRandom(seed);
  const revived: RevivedLayer[] = [];
  for (const target of targets) {
    if (strategy === 'bias') {
      const left = await biasShifts(model, structure, target, data!, firingRate);
      if (left) {
        skipped.push({ layer: target.name, channels: target.channels, reason: left });
        continue;
      }
    } else {
      await renewIncoming(structure, target, random, optimizer);
      if (strategy === 'recycle') await silenceOutgoing(structure, target, optimizer);
    }
    revived.push({ layer: target.name, channels: target.channels });
  }
  return { revived, skipped };
}
