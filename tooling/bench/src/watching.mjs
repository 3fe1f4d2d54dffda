// What watching costs, as ratios in one run: a training step under deadNeuronMonitor against the same step without it, and
// auditModel against predict over the same images: pnpm --filter @tooling/bench watching
import { auditModel, deadNeuronMonitor } from '@relumine/dead-neuron-metrics/layers';
import { mobileNet, simpleCnn } from '@relumine/models';
import { adam, startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';

const rounds = Number(process.argv[2] ?? 9);
const kernels = process.argv[3] ?? 'auto';
console.log(await startWasm({ kernels }));

const at = (sorted, share) => sorted[Math.floor(share * (sorted.length - 1))];
async function ratio(what, watched, plain) {
  const time = async (action) => {
    const from = performance.now();
    await action();
    return performance.now() - from;
  };
  await watched();
  await plain();
  const ratios = [];
  const times = [];
  for (let i = 0; i < rounds; i++) {
    // Which comes first changes, so that neither profits from it.
    const first = i % 2 === 0;
    const [a, b] = first
      ? [await time(watched), await time(plain)]
      : await (async () => {
          const later = await time(plain);
          return [await time(watched), later];
        })();
    ratios.push(a / b);
    times.push(b);
  }
  ratios.sort((p, q) => p - q);
  times.sort((p, q) => p - q);
  console.log(
    `${what}: ${at(ratios, 0.5).toFixed(3)} (${at(ratios, 0.25).toFixed(3)}–${at(ratios, 0.75).toFixed(3)}), plain ${at(times, 0.5).toFixed(0)} ms`,
  );
}

const images = tf.randomUniform([640, 28, 28, 1], 0, 1, 'float32', 1);
const labels = tf.oneHot(tf.cast(tf.randomUniform([640], 0, 10, 'float32', 2), 'int32'), 10);
for (const activation of ['relu', 'leakyRelu']) {
  const model = simpleCnn({ activation, seed: 1 });
  model.compile({ optimizer: adam({ learningRate: 1e-4 }), loss: 'categoricalCrossentropy' });
  const fit = (callbacks) =>
    model.fit(images, labels, { epochs: 1, batchSize: 64, shuffle: false, verbose: 0, callbacks });
  await ratio(
    `monitor, every step, simpleCnn with ${activation}`,
    () => fit(deadNeuronMonitor()),
    () => fit([]),
  );
  await ratio(
    `monitor, every 10th step, simpleCnn with ${activation}`,
    () => fit(deadNeuronMonitor({ every: 10 })),
    () => fit([]),
  );
}

const inputShape = [96, 96, 3];
const network = mobileNet({ seed: 1, inputShape, classes: 10 });
const photos = tf.randomUniform([64, ...inputShape], 0, 1, 'float32', 3);
await ratio(
  'audit of mobileNet against predict',
  () => auditModel(network, photos, { batchSize: 32 }),
  async () => {
    const y = network.predict(photos, { batchSize: 32 });
    await y.data();
    y.dispose();
  },
);

const heap = () =>
  tf.engine().backend.wasm.wasmMemory?.buffer.byteLength ?? tf.engine().backend.wasm.asm.memory.buffer.byteLength;
async function peak(batches) {
  await auditModel(
    network,
    (function* () {
      for (let i = 0; i < batches; i++) yield tf.randomUniform([16, ...inputShape], 0, 1, 'float32', i + 1);
    })(),
  );
  return heap();
}
const [few, many] = [await peak(2), await peak(20)];
console.log(`WASM heap after 32 images ${few} bytes, after 320 more ${many} bytes`);
process.exit();
