import { type DeadNeuronReport, invalidArgument } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { startWasm } from '@relumine/wasm-backend';
import { tensor } from '@tensorflow/tfjs-core';
import { readImages } from './imageFile';
import { loadModelFile } from './modelFile';

/** Loads a model and images from files, and audits it on WASM. */
export async function auditFile(options: {
  where: string;
  file: string;
  data: string;
  limit: number;
  batchSize: number;
}): Promise<DeadNeuronReport> {
  const { where, file, data, limit, batchSize } = options;
  const { shape, values } = await readImages(where, data, limit);
  await startWasm();
  const model = await loadModelFile(where, file);
  const expected = (model.inputs[0]?.shape ?? []).slice(1);
  const fits = expected.length === 3 && expected.every((n, axis) => n === null || n === shape[axis + 1]);
  if (model.inputs.length !== 1 || !fits)
    throw invalidArgument({
      where,
      argument: '--data',
      rule: `must hold images of the model's input, [${expected.join(', ')}]`,
      received: `images of [${shape.slice(1).join(', ')}]`,
    });
  const images = tensor(values, shape);
  try {
    return await auditModel(model, images, { batchSize });
  } finally {
    images.dispose();
    model.dispose();
  }
}
