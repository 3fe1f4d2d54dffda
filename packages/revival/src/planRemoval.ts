import { invalidArgument } from '@relumine/core';
import { constantChannels } from './channels/constantChannels';
import type { Constants } from './channels/constants';
import { channelVerdict, type Fold, makers, readers } from './channels/plan';
import type { ChannelSpace, ChannelStructure } from './channels/spaces';

/** Channels of one layer. */
export interface LayerChannels {
  /** The layer whose kernel makes them. */
  layer: string;
  channels: number[];
}

/** Constant channels that have to stay. */
export interface KeptChannels extends LayerChannels {
  /** Why, in words. */
  reason: string;
}

/** What goes from one layer's weights, and what is added to its bias. */
export interface Cut {
  readonly outputs: Set<number>;
  readonly inputs: Set<number>;
  readonly folds: Fold[];
}

export interface RemovalPlan {
  readonly cuts: ReadonlyMap<string, Cut>;
  readonly removed: LayerChannels[];
  readonly kept: KeptChannels[];
}

/** Channels per reason why they stay. */
function groupByReason(reasons: ReadonlyMap<number, string>): [string, number[]][] {
  const groups = new Map<string, number[]>();
  for (const [channel, reason] of reasons) groups.set(reason, [...(groups.get(reason) ?? []), channel]);
  return [...groups];
}

/**
 * Plans the removal of every constant channel that can go without changing an output.
 *
 * @throws RangeError if a layer would lose every channel
 */
export function planRemoval(
  where: string,
  structure: ChannelStructure,
  constants: ReadonlyMap<number, Constants>,
): RemovalPlan {
  const cuts = new Map<string, Cut>();
  const cutOf = (name: string): Cut => {
    const cut = cuts.get(name) ?? { outputs: new Set(), inputs: new Set(), folds: [] };
    cuts.set(name, cut);
    return cut;
  };
  const plan: RemovalPlan = { cuts, removed: [], kept: [] };

  const planSpace = (space: ChannelSpace, candidates: ReadonlySet<number>): void => {
    const reasons = new Map<number, string>();
    const going: number[] = [];
    for (const channel of [...candidates].sort((a, b) => a - b)) {
      const verdict = channelVerdict(structure, constants, space, channel);
      if (!verdict.removable) {
        reasons.set(channel, verdict.reason);
        continue;
      }
      going.push(channel);
      for (const fold of verdict.folds) cutOf(fold.call.layer.name).folds.push(fold);
    }
    const made = makers(structure, space);
    const producers = made.filter(({ call }) => call.rule.kind === 'producer').map(({ call }) => call.layer.name);
    if (going.length === space.size)
      throw invalidArgument({
        where,
        argument: 'report',
        rule: `must leave one channel at least of layer '${producers[0]}'`,
        received: `${space.size} of ${space.size} channels constant`,
        wayOut: 'Revive some of them first (reviveChannels), or retrain with another activation or initialiser.',
      });
    for (const { call, offset } of made) for (const c of going) cutOf(call.layer.name).outputs.add(offset + c);
    for (const { call, input, offset } of readers(structure, space)) {
      const { spaces, positions } = structure.layout(input);
      const width = spaces.reduce((sum, one) => sum + one.size, 0);
      const { inputs } = cutOf(call.layer.name);
      for (const c of going) for (let p = 0; p < positions; p++) inputs.add(p * width + offset + c);
    }
    for (const layer of producers) {
      if (going.length > 0) plan.removed.push({ layer, channels: going });
      for (const [reason, channels] of groupByReason(reasons)) plan.kept.push({ layer, channels, reason });
    }
  };

  for (const [space, candidates] of constantChannels(structure, constants)) planSpace(space, candidates);
  return plan;
}
