import { startWasm } from '@relumine/wasm-backend';
import { concat, fill, ones, type SGDOptimizer, type Tensor, tensor2d, train, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { type DeathCause, deadNeuronMonitor, type MonitorEvent } from '../layers';

beforeAll(() => startWasm());

const learningRate = 1e-9;

interface Scene {
  make: () => tfl.LayersModel;
  /** The layer whose channel 0 is to die. */
  layer: string;
  /** What happens after the update of step 3. */
  after3?: (model: tfl.LayersModel) => void;
  /** What happens after the update of step 2. */
  after2?: (model: tfl.LayersModel) => void;
  images?: (step: number) => Tensor;
}

/** Ten steps of a scene; the deaths of channel 0. */
async function deaths({ make, layer, after2, after3, images = () => ones([4, 4]) }: Scene): Promise<MonitorEvent[]> {
  const model = make();
  model.compile({ optimizer: train.sgd(learningRate), loss: 'meanSquaredError' });
  const monitor = deadNeuronMonitor({
    patience: 2,
    onStep: ({ step }, control) => {
      if (step === 3) after3?.(control.model);
      if (step === 2) after2?.(control.model);
    },
  });
  const x = concat(Array.from({ length: 10 }, (_, step) => images(step)));
  const y = zeros([40, ...(model.outputs[0]!.shape.slice(1) as number[])]);
  await model.fit(x, y, { batchSize: 4, shuffle: false, verbose: 0, callbacks: monitor });
  model.dispose();
  return monitor.history.events.filter(
    (event) => event.kind === 'died' && event.channel === 0 && event.layer === layer,
  );
}

const dense = (name: string, more: object = {}) =>
  tfl.layers.dense({ units: 3, activation: 'relu', kernelInitializer: 'ones', name, ...more });

/** z of `hidden` is 4 on ones; `second` reads it, z = 12. */
function plain(): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(dense('hidden', { inputShape: [4] }));
  model.add(dense('second'));
  return model;
}

const setDense = (name: string, kernel: number, bias: number) => (model: tfl.LayersModel) => {
  const [rows, columns] = model.getLayer(name).getWeights()[0]!.shape as [number, number];
  model.getLayer(name).setWeights([fill([rows, columns], kernel), fill([columns], bias)]);
};

/** Images that differ from sample to sample, so that batch norm has something to divide by. */
function normalized(): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [4], units: 3, kernelInitializer: 'ones', name: 'kernel' }));
  model.add(tfl.layers.batchNormalization({ name: 'norm' }));
  model.add(tfl.layers.reLU({ name: 'act' }));
  return model;
}
const varied = (): Tensor => tensor2d([0, 1, 2, 3].map((value) => new Array<number>(4).fill(value)));
const setBeta = (beta: number) => (model: tfl.LayersModel) => {
  const [gamma, , ...moving] = model.getLayer('norm').getWeights();
  model.getLayer('norm').setWeights([gamma!, fill([3], beta), ...moving]);
};

/** `second` reads the sum of `hidden` and the input itself. */
function branching(): tfl.LayersModel {
  const input = tfl.input({ shape: [4] });
  const hidden = dense('hidden', { units: 4 }).apply(input) as tfl.SymbolicTensor;
  const sum = tfl.layers.add().apply([hidden, input]) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: dense('second').apply(sum) as tfl.SymbolicTensor });
}

/** The same as `plain`, with `hidden` inside a model of its own. */
function nested(): tfl.LayersModel {
  const inner = tfl.sequential({ name: 'inner', layers: [dense('hidden', { inputShape: [4] })] });
  const input = tfl.input({ shape: [4] });
  return tfl.model({ inputs: input, outputs: dense('second').apply(inner.apply(input)) as tfl.SymbolicTensor });
}

const setRate = (rate: number) => (model: tfl.LayersModel) => (model.optimizer as SGDOptimizer).setLearningRate(rate);

const scenes: [string, DeathCause, Scene][] = [
  ['the bias fell', 'bias-drift', { make: plain, layer: 'hidden', after3: setDense('hidden', 1, -50) }],
  [
    'the bias fell, inside a nested model',
    'bias-drift',
    {
      make: nested,
      layer: 'hidden',
      after3: (model) => setDense('hidden', 1, -50)(model.getLayer('inner') as unknown as tfl.LayersModel),
    },
  ],
  [
    'the bias fell a little, but the input turned',
    'input-shift',
    {
      make: plain,
      layer: 'hidden',
      after3: setDense('hidden', 1, -0.5),
      images: (step) => fill([4, 4], step < 4 ? 1 : -1),
    },
  ],
  ['the kernel became 0', 'zero-kernel', { make: plain, layer: 'hidden', after3: setDense('hidden', 0, 0) }],
  [
    'the kernel became tiny, and the bias fell',
    'bias-drift',
    { make: plain, layer: 'hidden', after3: setDense('hidden', 1e-20, -50) },
  ],
  ['the kernel turned', 'kernel-change', { make: plain, layer: 'hidden', after3: setDense('hidden', -3, 0) }],
  [
    'the kernel turned and kept its length: only the input can have changed, or where it points',
    'input-shift',
    { make: plain, layer: 'hidden', after3: setDense('hidden', -1, 0) },
  ],
  [
    'the input turned',
    'input-shift',
    { make: plain, layer: 'hidden', images: (step) => fill([4, 4], step < 4 ? 1 : -1) },
  ],
  [
    'β of batch norm fell',
    'batch-norm-shift',
    { make: normalized, layer: 'act', images: varied, after3: setBeta(-50) },
  ],
  [
    'one step at a thousand times the rate, over before the death is sure',
    'learning-rate-spike',
    {
      make: plain,
      layer: 'hidden',
      after2: setRate(1000 * learningRate),
      after3: (model) => {
        setDense('hidden', 1, -50)(model);
        setRate(learningRate)(model);
      },
    },
  ],
  [
    'the rate doubled, which is no spike, and the bias fell',
    'bias-drift',
    { make: plain, layer: 'hidden', after2: setRate(2 * learningRate), after3: setDense('hidden', 1, -50) },
  ],
  ['all that it reads died', 'upstream-death', { make: plain, layer: 'second', after3: setDense('hidden', 1, -50) }],
  [
    'all that it reads died, but for a way around',
    'input-shift',
    {
      make: branching,
      layer: 'second',
      after3: setDense('hidden', 1, -50),
      images: (step) => fill([4, 4], step < 4 ? 1 : -1),
    },
  ],
];

test.each(scenes)('%s: %s', async (_, cause, scene) => {
  const found = await deaths(scene);
  expect(found.map(({ diagnosis }) => diagnosis?.cause)).toEqual([cause]);
  expect(found[0]!.step).toBe(4);
});
