import { type DeadNeuronReport, decodeNumber } from '@relumine/core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { comesFrom } from '../channels/activatedSpaces';
import type { Constants } from '../channels/constants';
import { readers } from '../channels/plan';
import { type ChannelSpace, type ChannelStructure, type RuledCall, representative } from '../channels/spaces';

/** Channels of an audited layer. */
export interface RevivedLayer {
  layer: string;
  channels: number[];
}

/** Channels that were left as they are. */
export interface SkippedChannels extends RevivedLayer {
  reason: string;
}

/** The dead channels of one audited layer, as channels of the model's spaces. */
export interface Target {
  readonly name: string;
  readonly activation: string;
  readonly call: RuledCall;
  readonly space: ChannelSpace;
  readonly channels: number[];
  /** What each of `channels` puts out now, on average: 0 for a dead ReLU. */
  readonly values: number[];
}

/** The dead channels of a report, and those that no strategy can reach. */
export function targetsOf(
  structure: ChannelStructure,
  report: DeadNeuronReport,
): { targets: Target[]; skipped: SkippedChannels[] } {
  const targets: Target[] = [];
  const skipped: SkippedChannels[] = [];
  for (const layer of report.layers) {
    const { name, activation, deadChannels: channels, path } = layer;
    if (channels.length === 0) continue;
    const skip = (reason: string): number => skipped.push({ layer: name, channels, reason });
    const call = path.length === 0 ? structure.calls.find((one) => one.layer.name === name) : undefined;
    const spaces = call ? structure.layout(call.outputs[0]!).spaces : [];
    const space = spaces.length === 1 ? representative(spaces[0]!) : undefined;
    if (!call) skip(`it is inside '${path.join('/')}'`);
    else if (!space) skip('it joins several layers');
    else if (space.locked) skip(space.locked);
    else {
      const { sum, count } = layer.statistics;
      const values = channels.map((c) => decodeNumber(sum[c]!) / count);
      targets.push({ name, activation, call, space, channels, values });
    }
  }
  return { targets, skipped };
}

/** What one reader of a dead channel sees of it. */
export interface SeenValue {
  readonly value: number;
  /** Whether the channel is constant there, on the report's samples. */
  readonly constant: boolean;
}

/**
 * What a reader sees of channel `channel` (of the target's space): its constant, or its mean where the reader sees the
 * target's own output (a saturated channel is dead without being constant).
 *
 * @returns undefined where the channel lives, because another branch reaches that reader too
 */
export function seenBy(
  structure: ChannelStructure,
  constants: ReadonlyMap<number, Constants>,
  target: Target,
  channel: number,
  reader: { readonly input: SymbolicTensor; readonly offset: number },
): SeenValue | undefined {
  const known = constants.get(reader.input.id)?.[reader.offset + channel] ?? null;
  if (known !== null) return { value: known, constant: true };
  if (!comesFrom(structure, target.call, reader.input)) return undefined;
  return { value: target.values[target.channels.indexOf(channel)]!, constant: false };
}

/** Why `channel` can't get new weights without a living channel losing its own; undefined where it can. */
export function sharedWithLiving(
  structure: ChannelStructure,
  constants: ReadonlyMap<number, Constants>,
  target: Target,
  channel: number,
): string | undefined {
  const alive = readers(structure, target.space).find(
    (reader) => seenBy(structure, constants, target, channel, reader) === undefined,
  );
  return alive && `'${alive.call.layer.name}' reads it where another branch keeps it alive`;
}
