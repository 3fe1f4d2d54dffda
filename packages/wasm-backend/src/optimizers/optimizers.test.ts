import '@tensorflow/tfjs-backend-cpu';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { countTensors, expectTensorClose } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { adam, adamW, sgd, startWasm } from '../index';

const pairs: [string, () => tf.Optimizer, () => tf.Optimizer][] = [
  ['adam', () => adam({ learningRate: 0.05 }), () => tf.train.adam(0.05)],
  [
    'adam with all options',
    () => adam({ learningRate: 0.02, beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }),
    () => tf.train.adam(0.02, 0.8, 0.99, 1e-3),
  ],
  ['sgd', () => sgd({ learningRate: 0.01 }), () => tf.train.sgd(0.01)],
  ['momentum', () => sgd({ learningRate: 0.01, momentum: 0.9 }), () => tf.train.momentum(0.01, 0.9)],
  [
    'nesterov',
    () => sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true }),
    () => tf.train.momentum(0.01, 0.9, true),
  ],
];

const start = async (kind: string): Promise<void> => {
  if (kind === 'cpu') await tf.setBackend('cpu');
  else await startWasm({ kernels: kind === 'native' ? 'auto' : 'composed' });
};

describe.each(['native', 'composed', 'cpu'])('%s', (kind) => {
  beforeAll(() => start(kind));

  /** The variables after 50 steps on a curved loss whose scales differ. */
  function trajectory(make: () => tf.Optimizer): Float32Array {
    const random = createRandom('optimizers');
    const values = () => Float32Array.from({ length: 12 }, () => random.normal());
    const [a, b] = tf.tidy(() => [tf.variable(tf.tensor2d(values(), [3, 4])), tf.variable(tf.tensor1d(values()))]);
    const [x, scale] = [tf.tensor2d(values(), [4, 3]), tf.tensor1d(values())];
    const optimizer = make();
    for (let i = 0; i < 50; i++)
      optimizer.minimize(() =>
        tf.add(tf.mean(tf.square(tf.tanh(tf.matMul(a, x)))), tf.mean(tf.mul(tf.square(b), tf.abs(scale)))),
      );
    const result = Float32Array.from([...a.dataSync(), ...b.dataSync()]);
    optimizer.dispose();
    tf.dispose([a, b, x, scale]);
    return result;
  }

  test.each(pairs)('%s follows tfjs to rounding', (_name, ours, theirs) => {
    expectTensorClose(trajectory(ours), trajectory(theirs), { relative: 1e-5, absolute: 2e-6 });
  });

  test.each([
    ['adam', adam],
    ['adamW', adamW],
    ['momentum', () => sgd({ learningRate: 0.01, momentum: 0.9, weightDecay: 0.1 })],
  ] as const)('%s leaves nothing behind', (_name, make) => {
    const before = countTensors();
    trajectory(make);
    expect(countTensors()).toEqual(before);
  });

  test('adamW shrinks the weights beside the step, not through the gradient', () => {
    const w = tf.variable(tf.tensor1d([2, -4]));
    const optimizer = adamW({ learningRate: 0.1, weightDecay: 0.5 });
    optimizer.applyGradients({ [w.name]: tf.tensor1d([0, 3]) });
    // A first step of Adam is the learning rate against the gradient's sign.
    expectTensorClose(w, [2 * 0.95, -4 * 0.95 - 0.1], { relative: 1e-6 });
    optimizer.dispose();
    w.dispose();
  });

  test('weights that are saved and loaded go on as if nothing had been', async () => {
    const run = async (interrupted: boolean): Promise<Float32Array> => {
      const w = tf.variable(tf.tensor1d([1, -2, 3]));
      const loss = () => tf.sum(tf.square(tf.square(w))) as tf.Scalar;
      let optimizer = adam({ learningRate: 0.05 });
      for (let i = 0; i < 8; i++) optimizer.minimize(loss);
      if (interrupted) {
        const weights = await optimizer.getWeights();
        const renamed = weights.map(({ name, tensor }) => ({ name: `${name}_1`, tensor }));
        const next = adam({ learningRate: 0.05 });
        await next.setWeights(renamed);
        optimizer.dispose();
        weights[0]!.tensor.dispose();
        optimizer = next;
      }
      for (let i = 0; i < 8; i++) optimizer.minimize(loss);
      expect(optimizer.iterations).toBe(16);
      const result = w.dataSync() as Float32Array;
      optimizer.dispose();
      w.dispose();
      return result.slice();
    };
    expect(await run(true)).toEqual(await run(false));
  });

  test('compile takes them', async () => {
    for (const optimizer of [sgd({ learningRate: 0.1, momentum: 0.9 }), adam(), adamW({ learningRate: 0.01 })]) {
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2], useBias: false })] });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const [x, y] = [tf.ones([4, 2]), tf.ones([4, 1])];
      const first = (await model.trainOnBatch(x, y)) as number;
      for (let i = 0; i < 20; i++) await model.trainOnBatch(x, y);
      expect((await model.trainOnBatch(x, y)) as number).toBeLessThan(first);
      tf.dispose([x, y]);
      model.dispose();
      optimizer.dispose();
    }
  });
});

test('1,000 steps with the native kernels leave tensors, data ids and the heap as they were', async () => {
  await startWasm();
  const x = tf.ones<tf.Rank.R4>([4, 6, 6, 1]);
  const w = tf.tidy(() => tf.variable(tf.fill<tf.Rank.R4>([3, 3, 1, 2], 0.1)));
  const optimizer = adam({ learningRate: 1e-3 });
  const step = (): void =>
    void optimizer.minimize(() => tf.mean(tf.square(tf.maxPool(tf.relu(tf.conv2d(x, w, 1, 'same')), 2, 2, 'valid'))));
  for (let i = 0; i < 10; i++) step();
  const heap = (): number => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
  const before = { ...countTensors(), heap: heap() };
  for (let i = 0; i < 1000; i++) step();
  expect({ ...countTensors(), heap: heap() }).toEqual(before);
  optimizer.dispose();
  tf.dispose([x, w]);
});

test('a variable keeps its slots when others are frozen', async () => {
  await startWasm();
  const [a, b] = [tf.variable(tf.tensor1d([1, 1])), tf.variable(tf.tensor1d([5]))];
  const optimizer = adam({ learningRate: 0.1 });
  optimizer.applyGradients([
    { name: a.name, tensor: tf.tensor1d([1, 1]) },
    { name: b.name, tensor: tf.tensor1d([1]) },
  ]);
  // tfjs's own Adam would take a's slots, of another shape, for b.
  optimizer.applyGradients([{ name: b.name, tensor: tf.tensor1d([1]) }]);
  expectTensorClose(b, [4.8], { relative: 1e-5 });
});

test('wrong options are named', () => {
  expect(() => adam({ learningRate: -1 })).toThrow(
    '[relumine/wasm-backend/adam] `options.learningRate` must be a finite number of at least 0. Received: -1.',
  );
  expect(() => (sgd as () => unknown)()).toThrow(
    '[relumine/wasm-backend/sgd] `options` must be an object. Received: undefined.',
  );
  expect(() => sgd({ learningRate: Number.NaN })).toThrow('[relumine/wasm-backend/sgd] `options.learningRate`');
  expect(() => adamW({ weightDecay: -1 })).toThrow('[relumine/wasm-backend/adamW] `options.weightDecay`');
});
