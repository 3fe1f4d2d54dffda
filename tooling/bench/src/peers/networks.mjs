// A training step of a model with batch normalisation: node networks.mjs <model> <native|composed> <runs>
import { mobileNet, resNet } from '@relumine/models';
import { adam } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import { time } from '../timing.mjs';
import { start } from './start.mjs';

const [name, kernels, runs] = process.argv.slice(2);
const started = await start(kernels, 1);
const inputShape = [32, 32, 3];
const batch = 16;
const model = { mobileNet, resNet }[name]({ seed: 1, inputShape, classes: 10, normalization: 'batch' });
model.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'categoricalCrossentropy' });
const x = tf.randomNormal([batch, ...inputShape], 0, 1, 'float32', 1);
const labels = tf.tensor1d(
  Array.from({ length: batch }, (_, i) => i % 10),
  'int32',
);
const y = tf.oneHot(labels, 10);
const times = await time(() => model.trainOnBatch(x, y), {
  runs: Number(runs),
  warmUp: kernels === 'composed' ? 1 : 3,
});
console.log(JSON.stringify({ ...started, parameters: model.countParams(), times }));
process.exit(0);
