import { type DeadNeuronReport, invalidArgument } from '@relumine/core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { hasChannelsFirst } from './channelsFirst';

/** The channels of what a layer makes; the layer that owns its kernel says where they lie. */
function channelsOf(shape: readonly (number | null)[], source: layers.Layer | undefined): number | null | undefined {
  return hasChannelsFirst(source) && shape.length > 2 ? shape[1] : shape.at(-1);
}

/**
 * Throws unless every layer that a report names at the top level is in the model, with the same number of channels, and
 * every channel that it names is one of them.
 */
export function requireReportOf(where: string, model: LayersModel, report: DeadNeuronReport): void {
  const problem = (received: string): Error =>
    invalidArgument({
      where,
      argument: 'report',
      rule: 'must be an audit of this very model',
      received,
      wayOut: 'Audit it again: await auditModel(model, data).',
    });
  if (report?.schema !== 'relumine.report/1') throw problem(`schema ${JSON.stringify(report?.schema)}`);
  const names = new Map(model.layers.map((layer) => [layer.name, layer]));
  for (const one of report.layers) {
    const { name, source, channels, path } = one;
    const named = [...one.deadChannels, ...one.silentChannels, ...one.constantChannels, ...one.saturatedChannels];
    const strange = named.find((channel) => !Number.isInteger(channel) || channel < 0 || channel >= channels);
    if (strange !== undefined) throw problem(`channel ${strange} of layer '${name}', which has ${channels}`);
    if (path.length > 0) continue;
    const layer = names.get(name);
    if (!layer) throw problem(`a report of layer '${name}', which the model does not have`);
    const shape = layer.outputShape as (number | null)[];
    if (Array.isArray(shape[0])) continue;
    const own = channelsOf(shape, names.get(source));
    if (own !== channels) throw problem(`a report of ${channels} channels for layer '${name}', which has ${own}`);
  }
}
