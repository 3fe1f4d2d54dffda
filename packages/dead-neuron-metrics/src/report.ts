import type { CurvePoint, DeadNeuronReport, LayerReport } from '@relumine/core';
import { firingRateBound } from './confidence/firingRateBound';

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 2 : 0)} %`;
const counted = (n: number, noun: string): string => `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;

/** Sentences that say what to do next. */
function advice(layers: readonly LayerReport[], samples: number): string[] {
  const sentences: string[] = [];
  const nonFinite = layers.filter(({ nonFiniteChannels }) => nonFiniteChannels.length > 0);
  if (nonFinite.length > 0)
    sentences.push(
      `NaN or infinity in ${nonFinite.map(({ name }) => name).join(', ')}: mend that first (learning rate, input scale); the other figures mean little until then.`,
    );
  const whole = layers.filter(({ deadChannels, channels }) => deadChannels.length === channels && channels > 0);
  if (whole.length > 0)
    sentences.push(
      `Every channel of ${whole.map(({ name }) => name).join(', ')} is dead, so nothing before it learns: reinitialise it, or use an activation with a slope below 0.`,
    );
  const dead = layers.reduce((sum, { deadChannels }) => sum + deadChannels.length, 0);
  const them = dead === 1 ? 'it' : 'them';
  if (dead > 0 && whole.length === 0)
    sentences.push(
      `${counted(dead, 'channel')} never fired: revive ${them} (recycle or re-bias), remove ${them} without changing an output, or train with a lower learning rate or a leaky activation.`,
    );
  const bound = samples > 0 ? firingRateBound(samples) : 1;
  if (dead > 0 && bound > 0.01)
    sentences.push(
      `With ${counted(samples, 'sample')}, a channel that never fired may still fire on up to ${percent(bound)} of all samples (95 %); audit 299 or more to come below 1 %.`,
    );
  const nearly = layers.reduce((sum, { nearlyDeadChannels }) => sum + nearlyDeadChannels.length, 0);
  if (nearly > 0)
    sentences.push(`${counted(nearly, 'channel')} fired on less than 1 % of the samples and may die next.`);
  return sentences;
}

/** A report of some layers on the same samples. */
export function buildReport(layers: LayerReport[], samples: number, curve: CurvePoint[]): DeadNeuronReport {
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  const deadChannels = layers.reduce((sum, layer) => sum + layer.deadChannels.length, 0);
  return {
    schema: 'relumine.report/1',
    samples,
    layers,
    summary: {
      channels,
      deadChannels,
      deadFraction: channels === 0 ? 0 : deadChannels / channels,
      nonFiniteLayers: layers.filter(({ nonFiniteChannels }) => nonFiniteChannels.length > 0).map(({ name }) => name),
      advice: advice(layers, samples),
    },
    curve,
  };
}
