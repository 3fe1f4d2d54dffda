import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { start } from './start.mjs';

/** The reference step, ready to run, and what it runs with. */
export async function referenceStep(kernels, threads, batch) {
  const started = await start(kernels, threads);
  const layers = [
    tfl.layers.conv2d({ filters: 32, kernelSize: 3, inputShape: [28, 28, 1], activation: 'relu' }),
    tfl.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    tfl.layers.maxPooling2d({ poolSize: 2 }),
    tfl.layers.flatten(),
    tfl.layers.dense({ units: 128, activation: 'relu' }),
    tfl.layers.dense({ units: 10, activation: 'softmax' }),
  ];
  const model = tfl.sequential({ layers });
  const { adam } = kernels === 'native' ? await import('@relumine/wasm-backend') : {};
  const optimizer = adam ? adam({ learningRate: 1e-3 }) : tf.train.adam(1e-3);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const x = tf.randomNormal([batch, 28, 28, 1], 0, 1, 'float32', 1);
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % 10),
    'int32',
  );
  const y = tf.oneHot(labels, 10);
  const step = () => model.trainOnBatch(x, y);
  return { step, about: { ...started, fusedAdam: adam !== undefined } };
}
