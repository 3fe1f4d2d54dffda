// Trains a small CNN for many steps and watches the heap: node soak.mjs <threads> <steps>
import { adam, startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const [threads, steps] = process.argv.slice(2).map(Number);
const started = await startWasm({ threads });
const model = tfl.sequential({
  layers: [
    tfl.layers.conv2d({ filters: 16, kernelSize: 3, inputShape: [14, 14, 1], activation: 'relu' }),
    tfl.layers.batchNormalization(),
    tfl.layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, activation: 'elu' }),
    tfl.layers.maxPooling2d({ poolSize: 2 }),
    tfl.layers.flatten(),
    tfl.layers.dense({ units: 32, activation: 'relu' }),
    tfl.layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'categoricalCrossentropy' });
const heap = () => (tf.backend().wasm.wasmMemory ?? tf.backend().wasm.asm.memory).buffer.byteLength;
const measures = [];
const from = performance.now();
for (let step = 1; step <= steps; step++) {
  // Batches of changing size: blocks of the heap are not all alike.
  const batch = 8 + (step % 3) * 4;
  const [x, y] = tf.tidy(() => [
    tf.randomNormal([batch, 14, 14, 1], 0, 1, 'float32', step),
    tf.oneHot(tf.cast(tf.randomUniform([batch], 0, 10, 'float32', step), 'int32'), 10),
  ]);
  const loss = await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
  if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss} at step ${step}.`);
  if (step === 100 || step === steps) {
    const { numTensors, numBytes } = tf.memory();
    measures.push({ step, heap: heap(), tensors: numTensors, bytes: numBytes });
  }
}
console.log(JSON.stringify({ ...started, seconds: (performance.now() - from) / 1000, measures }));
process.exit(0);
