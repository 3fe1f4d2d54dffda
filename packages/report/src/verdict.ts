import type { DeadNeuronReport } from '@relumine/core';
import { formatCount, formatShare, plural } from './numbers';

/** The outcome of an audit in one sentence, the same in every format; `grave` where something is dead. */
export function verdict({ samples, layers, summary }: DeadNeuronReport): {
  finding: string;
  rest: string;
  grave: boolean;
} {
  const { deadChannels, channels, deadFraction } = summary;
  const whole = (finding: string): ReturnType<typeof verdict> => ({ finding, rest: '', grave: false });
  if (layers.length === 0) return whole(`No layer with an activation was measured (${plural(samples, 'sample')}).`);
  const seen = `on ${plural(samples, 'sample')}.`;
  if (channels === 0) return whole(`No channels were measured ${seen}`);
  const inLayers = `${plural(channels, 'channel')} in ${plural(layers.length, 'layer')}`;
  if (samples === 0) return whole(`${inLayers}, but no samples.`);
  if (deadChannels === 0) return { finding: 'No channel is dead', rest: `: ${inLayers} ${seen}`, grave: false };
  const finding = `${formatCount(deadChannels)} of ${plural(channels, 'channel')} dead (${formatShare(deadFraction)})`;
  return { finding, rest: ` ${seen}`, grave: true };
}
