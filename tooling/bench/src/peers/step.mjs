// One peer of the reference step, in a process of its own: node step.mjs <kernels> <threads> <batch> <runs> <clock>
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { time } from '../timing.mjs';
import { start } from './start.mjs';

const [kernels, ...rest] = process.argv.slice(2);
const [threads, batch, runs] = rest.map(Number);
const clock = rest[3];
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
// For the first sixteen steps or so the engine's own threads compile and collect, some 10 ms a step (measured), which
// would count against ours on as many cores.
const warmUp = { native: 30, composed: 5, cpu: 1 }[kernels];
const times = await time(step, { runs, warmUp, clock });
const { tensors, heap } = {
  tensors: tf.memory().numTensors,
  heap: started.backend === 'wasm' ? tf.backend().wasm.HEAPU8.length : undefined,
};
console.log(JSON.stringify({ ...started, fusedAdam: adam !== undefined, times, tensors, heap }));
process.exit(0);
