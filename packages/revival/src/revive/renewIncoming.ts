import type { Random } from '@relumine/core';
import { makers } from '../channels/plan';
import type { ChannelSpace, ChannelStructure } from '../channels/spaces';
import { readWeights, writeWeights } from '../weights';
import { freshCarrier, freshIncoming } from './incoming';
import { resetSlots, type SlotFinder } from './optimizerSlots';

/** New incoming weights for some channels of a space, in everything that makes or carries them. */
export async function renewIncoming(
  structure: ChannelStructure,
  space: ChannelSpace,
  channels: readonly number[],
  { random, gain, slots }: { random: Random; gain: number; slots?: SlotFinder | undefined },
): Promise<void> {
  for (const { call, offset } of makers(structure, space)) {
    if (call.layer.weights.length === 0) continue;
    const own = channels.map((c) => c + offset);
    const fresh = call.rule.kind === 'producer' ? freshIncoming : freshCarrier;
    writeWeights(call.layer, fresh(call, await readWeights(call.layer), own, random.fork(call.layer.name), gain));
    if (!slots) continue;
    for (const [i, { output }] of call.rule.weights.entries())
      if (output !== undefined) await resetSlots(slots, call.layer.weights[i]!.name, output, own);
  }
}
