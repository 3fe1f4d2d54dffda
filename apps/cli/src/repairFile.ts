import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import {
  previewQuantization,
  type RevivalStrategy,
  removeDeadChannels,
  reviveChannels,
} from '@relumine/revival/layers';
import { saveModelFolder } from './saveModel';
import { type ModelAndData, withModelAndImages } from './withModel';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const listed = (channels: readonly number[]): string => (channels.length > 0 ? channels.join(', ') : 'none');

/** Revives the dead channels of a model file and saves the result; the lines to print. */
export function reviveFile({
  strategy,
  seed,
  out,
  ...files
}: ModelAndData & { strategy: RevivalStrategy; seed: number; out: string }): Promise<string[]> {
  return withModelAndImages(files, async (model, images) => {
    const report = await auditModel(model, images);
    const { summary } = report;
    if (summary.deadChannels === 0) return ['No channel is dead: nothing to revive, nothing written.'];
    const options = strategy === 'bias' ? { strategy, seed, data: images } : { strategy, seed };
    await reviveChannels(model, report, options);
    const after = await auditModel(model, images);
    await saveModelFolder(model, out);
    return [
      `${summary.deadChannels} of ${summary.channels} channels were dead on ${report.samples} images; after ${strategy}, ${after.summary.deadChannels} are.`,
      strategy === 'recycle'
        ? 'The network computes what it did before; train on, with a learning rate that does not kill.'
        : 'The network computes something else now; train on.',
      `Written to ${out}`,
    ];
  });
}

/** Removes the dead channels of a model file and saves the smaller one; the lines to print. */
export function pruneFile({ out, ...files }: ModelAndData & { out: string }): Promise<string[]> {
  return withModelAndImages(files, async (model, images) => {
    const report = await auditModel(model, images);
    if (report.summary.deadChannels === 0) return ['No channel is dead: nothing to remove, nothing written.'];
    const result = await removeDeadChannels(model, report, { data: images });
    try {
      await saveModelFolder(result.model, out);
    } finally {
      result.model.dispose();
    }
    const { before, after } = result.parameters;
    const share = (100 * (1 - after / before)).toFixed(1);
    const time = result.milliseconds!;
    const kept = result.kept.map(({ layer, channels, reason }) => `Kept of ${layer}: ${listed(channels)} (${reason})`);
    return [
      `${before} → ${after} weights (${share} % fewer); outputs on ${report.samples} images differ by at most ${result.maxDifference.toExponential(1)}.`,
      `${(result.bytes.before / 1024).toFixed(0)} → ${(result.bytes.after / 1024).toFixed(0)} kB; a prediction of 32 images ${time.before.toFixed(1)} → ${time.after.toFixed(1)} ms.`,
      ...kept.slice(0, 10),
      ...(kept.length > 10 ? [`… and ${kept.length - 10} more are kept.`] : []),
      `Written to ${out}`,
    ];
  });
}

/** What quantisation would kill; the lines to print. */
export function quantizeFile({
  bits,
  granularity,
  ...files
}: ModelAndData & { bits: number; granularity: 'tensor' | 'channel' }): Promise<string[]> {
  return withModelAndImages(files, async (model, images) => {
    const preview = await previewQuantization(model, images, { bits, granularity });
    const lines = preview.layers.map(
      ({ layer, diedFromWeights, diedFromActivations, savedByChannelScales }) =>
        `${layer}: die of the weights ${listed(diedFromWeights)}${savedByChannelScales.length > 0 ? ` (saved by a scale for each channel: ${listed(savedByChannelScales)})` : ''}; of the activations ${listed(diedFromActivations)}`,
    );
    return [
      `int${bits} weights with one scale for each ${granularity}, uint${preview.activationBits} activations:`,
      ...lines,
      `Outputs differ by at most ${percent(preview.variants.both.maxDifference)} of the largest, with bias correction by ${percent(preview.variants.corrected!.maxDifference)}.`,
    ];
  });
}
