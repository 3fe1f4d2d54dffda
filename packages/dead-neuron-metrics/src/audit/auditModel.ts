import { type DeadNeuronReport, invalidArgument, requirePositiveInteger } from '@relumine/core';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { audit, type CommonAuditOptions } from './audit';
import type { AuditData, ModelInput } from './batches';
import { requireLayersModel } from './requireLayersModel';
import { tap, tappedLayers } from './taps';

const where = 'dead-neuron-metrics/auditModel';

/** Options of `auditModel`. */
export interface AuditOptions extends CommonAuditOptions {
  /** Samples per forward pass where the data is one tensor; 32 unless given. */
  batchSize?: number;
  /**
   * Gets what the model returned for each batch, in the data's order: accuracy and loss need no second pass. Borrowed, and
   * disposed when it returns, as what it makes of them is unless it is kept.
   */
  onOutputs?: (outputs: Tensor | Tensor[]) => void;
}

function forward(model: LayersModel, xs: ModelInput): Tensor | Tensor[] {
  const input = xs as Tensor | Tensor[];
  const inputs =
    Array.isArray(xs) || 'dataId' in xs
      ? input
      : model.inputNames.map((name) => {
          const one = (xs as Record<string, Tensor>)[name];
          if (one) return one;
          const rule = `must have a tensor for the input '${name}', or be { xs, ys }`;
          const received = `tensors for ${Object.keys(xs).join(', ')}`;
          throw invalidArgument({ where, argument: 'data', rule, received, type: TypeError });
        });
  return model.predictOnBatch(inputs);
}

/**
 * Audits a network: runs data through it and reports, for every layer with an activation, which channels are dead, how
 * sure that is, and all measures per channel and per unit. z is read in the same forward pass; memory stays constant,
 * whatever the number of samples; the model is left as it was, also where the data throws. Between batches it may be used
 * for other things: by the data itself, or by a second audit at the same time.
 *
 * A shared layer is reported once, over all its uses (each use counts its samples). The activations inside the cells of
 * recurrent layers are not looked at.
 *
 * @param model a Sequential or functional model, nested models included
 * @param data a tensor (borrowed), or an iterable of batches (each disposed after use); see {@link AuditData}
 * @returns plain data; `JSON.stringify` it after {@link encodeNumber}
 * @throws TypeError if `model` is no LayersModel; RangeError where it has no activation to look at, the data has no
 * sample, or an option is out of its range; what the data throws
 */
export async function auditModel(
  model: LayersModel,
  data: AuditData,
  options: AuditOptions = {},
): Promise<DeadNeuronReport> {
  const { batchSize = 32, onOutputs } = options;
  requirePositiveInteger(where, 'options.batchSize', batchSize);
  requireLayersModel(where, model);
  const tapped = tappedLayers(model);
  if (tapped.length === 0)
    throw invalidArgument({
      where,
      argument: 'model',
      rule: 'must have a layer with an activation other than linear and softmax',
      received: `layers ${model.layers.map((layer) => layer.getClassName()).join(', ')}`,
    });
  const pass = (xs: ModelInput, look: Parameters<typeof tap>[1], count: boolean): void => {
    tidy(() => {
      // Only for the time of a pass, which nothing interrupts: what else runs on the model meanwhile is not counted.
      const restore = tap(tapped, look, { count });
      let outputs: Tensor | Tensor[];
      try {
        outputs = forward(model, xs);
      } finally {
        restore();
      }
      onOutputs?.(outputs);
    });
  };
  return audit({ where, watched: tapped, inputNames: () => model.inputNames, pass }, data, batchSize, options);
}
