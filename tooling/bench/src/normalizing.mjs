// What spectral normalisation of every layer costs in a training step of the reference network, native kernels:
// pnpm --filter @tooling/bench normalizing [threads] [rounds]. Plain and wrapped steps in turns;
// medians of ratios, and the ratio of the fastest steps, which a busy machine disturbs least.
import { spectralNormalization } from '@relumine/spectral-norm/layers';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { start } from './peers/start.mjs';
import { spread } from './timing.mjs';

const [threads = '1', rounds = '25'] = process.argv.slice(2);
const started = await start('native', Number(threads));
const { adam } = await import('@relumine/wasm-backend');
const batch = 64;

/** The reference network: each layer with a kernel passes through `wrap`. */
function network(wrap) {
  const input = { inputShape: [28, 28, 1] };
  const model = tfl.sequential();
  model.add(wrap(tfl.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', ...input }), input));
  model.add(wrap(tfl.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }), {}));
  model.add(tfl.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tfl.layers.flatten());
  model.add(wrap(tfl.layers.dense({ units: 128, activation: 'relu' }), {}));
  model.add(wrap(tfl.layers.dense({ units: 10, activation: 'softmax' }), {}));
  model.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'categoricalCrossentropy' });
  return model;
}

const x = tf.randomNormal([batch, 28, 28, 1], 0, 1, 'float32', 1);
const labels = tf.tensor1d(
  Array.from({ length: batch }, (_, i) => i % 10),
  'int32',
);
const y = tf.oneHot(labels, 10);
const models = {
  plain: network((layer) => layer),
  reparametrize: network((layer, more) => spectralNormalization({ layer, ...more })),
  assign: network((layer, more) => spectralNormalization({ layer, mode: 'assign', ...more })),
};
const time = async (model) => {
  const from = performance.now();
  await model.trainOnBatch(x, y);
  return performance.now() - from;
};
for (let k = 0; k < 5; k++) for (const model of Object.values(models)) await time(model);
const times = Object.fromEntries(Object.keys(models).map((name) => [name, []]));
for (let k = 0; k < Number(rounds); k++)
  for (const [name, model] of Object.entries(models)) times[name].push(await time(model));
console.log(`${started.threads} thread(s), kernels ${started.kernels}, ${rounds} rounds`);
console.log(`plain          ${spread(times.plain).median.toFixed(1)} ms a step`);
for (const mode of ['reparametrize', 'assign']) {
  const ratios = spread(times[mode].map((ms, k) => ms / times.plain[k]));
  const cost = spread(times[mode].map((ms, k) => ms - times.plain[k]));
  const fastest = Math.min(...times[mode]) / Math.min(...times.plain);
  console.log(
    `${mode.padEnd(14)} ${ratios.median.toFixed(3)} of it (${ratios.lower.toFixed(3)}–${ratios.upper.toFixed(3)}), ${cost.median.toFixed(2)} ms more; fastest over fastest ${fastest.toFixed(3)}`,
  );
}
process.exit(0);
