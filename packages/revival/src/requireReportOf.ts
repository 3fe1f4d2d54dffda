import { type DeadNeuronReport, invalidArgument } from '@relumine/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Throws unless every layer that a report names at the top level is in the model, with the same number of channels. */
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
  for (const { name, channels, path } of report.layers) {
    if (path.length > 0) continue;
    const layer = names.get(name);
    if (!layer) throw problem(`a report of layer '${name}', which the model does not have`);
    const shape = layer.outputShape as (number | null)[];
    if (!Array.isArray(shape[0]) && shape.at(-1) !== channels)
      throw problem(`a report of ${channels} channels for layer '${name}', which has ${shape.at(-1)}`);
  }
}
