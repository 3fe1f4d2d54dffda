import {
  createRandom,
  type DeadNeuronReport,
  describe,
  invalidArgument,
  requireFinite,
  requireObject,
  requireOneOf,
} from '@relumine/core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Constants, channelConstants } from '../channels/constants';
import { type ChannelSpace, type ChannelStructure, channelStructure } from '../channels/spaces';
import { requireReportOf } from '../requireReportOf';
import { biasShifts } from './biasShifts';
import { gainOf } from './gainOf';
import { type SlotFinder, slotFinder } from './optimizerSlots';
import { renewIncoming } from './renewIncoming';
import { requireInput } from './requireInput';
import { silenceOutgoing } from './silenceOutgoing';
import { type RevivedLayer, type SkippedChannels, seenBy, sharedWithLiving, type Target, targetsOf } from './targets';

const where = 'revival/reviveChannels';

/** How a channel comes back. */
export type RevivalStrategy = 'recycle' | 'reinitialize' | 'bias';
const strategies: readonly RevivalStrategy[] = ['recycle', 'reinitialize', 'bias'];

/** Options of `reviveChannels`. */
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
  /** The share of samples on which `bias` lets a channel fire, in (0, 1]; 0.5 unless given. */
  firingRate?: number;
  seed: number | string;
}

/** Which channels were revived, and how. */
export interface RevivalResult {
  revived: RevivedLayer[];
  /** Dead channels that were left as they are, and why. */
  skipped: SkippedChannels[];
  /** Where `recycle` could not leave the function exactly as it was, and why; empty for dead ReLUs. */
  inexact: (RevivedLayer & { reason: string })[];
}

function requireOptions(options: RevivalOptions): void {
  requireObject(where, 'options', options);
  requireOneOf(where, 'options.strategy', options.strategy, strategies);
  if (options.strategy !== 'bias') return;
  if (!options.data)
    throw invalidArgument({
      where,
      argument: 'options.data',
      rule: "must be given for the strategy 'bias'",
      received: describe(options.data),
      wayOut: 'Pass a batch of training inputs.',
      type: TypeError,
    });
  requireFinite(where, 'options.firingRate', options.firingRate ?? 0.5, { min: 0, max: 1 });
  if (options.firingRate === 0)
    throw invalidArgument({ where, argument: 'options.firingRate', rule: 'must be above 0', received: '0' });
}

/** New weights for the channels of one target that no living channel needs and that are not done yet. */
async function renew(
  structure: ChannelStructure,
  constants: ReadonlyMap<number, Constants>,
  target: Target,
  done: Map<ChannelSpace, Set<number>>,
  { strategy, seed }: RevivalOptions,
  slots: SlotFinder | undefined,
): Promise<RevivalResult> {
  const result: RevivalResult = { revived: [], skipped: [], inexact: [] };
  const already = done.get(target.space) ?? new Set();
  done.set(target.space, already);
  const renewed: number[] = [];
  for (const channel of target.channels) {
    const reason = sharedWithLiving(structure, constants, target, channel);
    if (reason) result.skipped.push({ layer: target.name, channels: [channel], reason });
    else renewed.push(channel);
  }
  const fresh = renewed.filter((channel) => !already.has(channel));
  for (const channel of fresh) already.add(channel);
  if (fresh.length > 0) {
    const random = createRandom(seed);
    await renewIncoming(structure, target.space, fresh, { random, gain: gainOf(target.activation), slots });
    if (strategy === 'recycle') {
      const seen: Parameters<typeof silenceOutgoing>[3] = (channel, reader) =>
        seenBy(structure, constants, target, channel, reader)!;
      const reasons = await silenceOutgoing(structure, target.space, fresh, seen, slots);
      for (const reason of reasons) result.inexact.push({ layer: target.name, channels: fresh, reason });
    }
  }
  if (renewed.length > 0) result.revived.push({ layer: target.name, channels: renewed });
  return result;
}

/**
 * Brings the dead channels of a report back to life, in place. On an error the model is as it was.
 *
 * @param model the model that the report audits; its weights are changed
 * @param report an audit of this very model
 * @returns which channels were changed, which were left and why, and where the function is not exactly what it was
 * @throws TypeError or RangeError for a report of another model, an unknown strategy, `bias` without data or with data that
 *   does not fit, an optimiser without moments or of another model
 * @see Sokar et al. 2023, The Dormant Neuron Phenomenon in Deep Reinforcement Learning, arXiv 2302.12902
 */
export async function reviveChannels(
  model: LayersModel,
  report: DeadNeuronReport,
  options: RevivalOptions,
): Promise<RevivalResult> {
  requireOptions(options);
  requireReportOf(where, model, report);
  const { strategy, optimizer, data, firingRate = 0.5, seed } = options;
  if (strategy === 'bias') requireInput(where, 'options.data', model, data!);
  createRandom(seed);
  const slots = optimizer && slotFinder(where, model, optimizer);
  const structure = channelStructure(model);
  const { targets, skipped } = targetsOf(structure, report);
  const constants = strategy === 'bias' ? new Map() : await channelConstants(structure.calls, report);
  const result: RevivalResult = { revived: [], skipped, inexact: [] };
  const done = new Map<ChannelSpace, Set<number>>();
  for (const target of targets) {
    const { name: layer, channels } = target;
    if (strategy === 'bias') {
      const left = await biasShifts(model, structure, target, { data: data!, rate: firingRate, slots });
      if (left) skipped.push({ layer, channels, reason: left });
      else result.revived.push({ layer, channels });
      continue;
    }
    const one = await renew(structure, constants, target, done, options, slots);
    result.revived.push(...one.revived);
    result.skipped.push(...one.skipped);
    result.inexact.push(...one.inexact);
  }
  return result;
}
