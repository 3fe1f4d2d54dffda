import { mean, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { model as createModel, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { channelStructure, type RuledCall } from '../channels/spaces';
import { shiftIndex } from '../revive/biasShifts';
import { withoutActivation } from '../revive/preactivations';
import { readWeights, writeWeights } from '../weights';
import type { ActivationQuantizer } from './activationQuantizer';

/** The mean of each channel of what a layer computes before any fused activation, over data and positions. */
async function linearMeans(model: LayersModel, call: RuledCall, data: Tensor): Promise<Float32Array> {
  // Shares the model's layers and weights, so it must not be disposed.
  const part = createModel({ inputs: model.inputs, outputs: call.outputs[0] as SymbolicTensor });
  const means = withoutActivation(call.layer, () =>
    tidy(() => {
      const z = part.predict(data) as Tensor;
      return mean(z, z.shape.map((_, axis) => axis).slice(0, -1));
    }),
  );
  const values = (await means.data()) as Float32Array;
  means.dispose();
  return values;
}

/**
 * Bias correction: layer by layer, in order, the bias (or batch norm's β) of a quantised copy gets back what quantisation
 * took from the mean of each of its channels, E[z] − E[z of the copy], on data.
 *
 * @param copy changed in place; `quantizer` is attached to it
 * @returns the layers that were corrected
 * @see Nagel et al. 2019, Data-Free Quantization Through Weight Equalization and Bias Correction, 4.2 and appendix D
 */
export async function correctBiases(
  model: LayersModel,
  copy: LayersModel,
  data: Tensor,
  quantizer: ActivationQuantizer,
): Promise<string[]> {
  const corrected: string[] = [];
  const originals = channelStructure(model).calls;
  for (const call of channelStructure(copy).calls) {
    const index = shiftIndex(call);
    const original = originals.find(({ layer }) => layer.name === call.layer.name);
    if (index === undefined || !original || corrected.includes(call.layer.name)) continue;
    const wanted = await linearMeans(model, original, data);
    quantizer.skip = call.layer.name;
    let actual: Float32Array;
    try {
      actual = await linearMeans(copy, call, data);
    } finally {
      quantizer.skip = undefined;
    }
    const weights = await readWeights(call.layer);
    const { shape, values } = weights[index]!;
    const shifted = values.map((value, c) => {
      const difference = wanted[c]! - actual[c]!;
      return Number.isFinite(difference) ? value + difference : value;
    });
    weights[index] = { shape, values: shifted };
    writeWeights(call.layer, weights);
    corrected.push(call.layer.name);
  }
  return corrected;
}
