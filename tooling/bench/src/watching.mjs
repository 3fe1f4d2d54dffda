// What watching costs, as ratios in one run: a training step under deadNeuronMonitor against the same step without it, and
// auditModel against predict over the same images: pnpm --filter @tooling/bench watching [rounds] [auto|composed] [part]
// with part one of monitor, audit and heap; all of them unless given.
import { auditModel, deadNeuronMonitor } from '@relumine/dead-neuron-metrics/layers';
import { mobileNet, simpleCnn } from '@relumine/models';
import { adam, startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import { spread } from './timing.mjs';

const rounds = Number(process.argv[2] ?? 12);
const kernels = process.argv[3] ?? 'auto';
const only = process.argv[4];
const wants = (part) => only === undefined || only === part;
console.log(await startWasm({ kernels, threads: 1 }));

/** Wall-clock and processor milliseconds of one action; on a busy machine the second says more. */
async function cost(action) {
  const [from, used] = [performance.now(), process.cpuUsage()];
  await action();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - from, cpu: (user + system) / 1000 };
}

/** Runs both in turn, so that both meet the same machine, and compares each pair. */
async function ratio(what, watched, plain, pairs = rounds) {
  for (let i = 0; i < 2 + pairs / 10; i++) for (const action of [watched, plain]) await action();
  const found = [];
  for (let i = 0; i < pairs; i++) {
    // Which comes first changes, so that neither profits from it.
    const first = await cost(i % 2 === 0 ? watched : plain);
    const second = await cost(i % 2 === 0 ? plain : watched);
    found.push(i % 2 === 0 ? [first, second] : [second, first]);
  }
  const line = ['cpu', 'wall'].map((kind) => {
    const { median, lower, upper } = spread(found.map(([a, b]) => a[kind] / b[kind]));
    const alone = spread(found.map(([, b]) => b[kind])).median;
    return `${kind} ${median.toFixed(3)} (${lower.toFixed(3)}–${upper.toFixed(3)}), plain ${alone.toFixed(1)} ms`;
  });
  console.log(`${what}: ${line.join('; ')}`);
}

const images = tf.randomUniform([64, 28, 28, 1], 0, 1, 'float32', 1);
const labels = tf.oneHot(tf.cast(tf.randomUniform([64], 0, 10, 'float32', 2), 'int32'), 10);
for (const activation of wants('monitor') ? ['relu', 'leakyRelu', 'prelu', 'elu'] : []) {
  const model = simpleCnn({ activation, seed: 1 });
  model.compile({ optimizer: adam({ learningRate: 1e-4 }), loss: 'categoricalCrossentropy' });
  const step = () => model.trainOnBatch(images, labels);
  for (const every of [1, 10]) {
    const monitor = deadNeuronMonitor({ every });
    // As many steps at a time as are between two observations: the shorter, the less a machine that changes its speed disturbs.
    const some = (once) => async () => {
      for (let i = 0; i < every; i++) await once();
    };
    await ratio(
      `monitor, every ${every}, simpleCnn with ${activation}`,
      some(() => monitor.step(model, step)),
      some(step),
      (10 * rounds) / every,
    );
    monitor.detach();
  }
}

const inputShape = [96, 96, 3];
const network = mobileNet({ seed: 1, inputShape, classes: 10 });
const photos = tf.randomUniform([64, ...inputShape], 0, 1, 'float32', 3);
if (wants('audit'))
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
if (wants('heap')) {
  const [few, many] = [await peak(2), await peak(20)];
  console.log(`WASM heap after 32 images ${few} bytes, after 320 more ${many} bytes`);
}
process.exit();
