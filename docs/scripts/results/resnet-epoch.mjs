// resNet-20 for one epoch of MNIST: every image once, and what stays on the heap.
import { batches, mnist } from '@relumine/datasets';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { resNet } from '@relumine/models';
import { adam } from '@relumine/wasm-backend';
import { argMax, backend, dispose, equal, memory, sum, tidy } from '@tensorflow/tfjs-core';
import { percent, table } from './table.mjs';

const [batchSize, every] = [64, 100];
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(0);

/** What is alive: tensors, data on the backend, and the heap, which never shrinks. */
function held() {
  const { wasm } = backend();
  const { buffer } = wasm.wasmMemory ?? wasm.asm.memory;
  return { tensors: memory().numTensors, data: backend().numDataIds(), heap: buffer.byteLength };
}

async function accuracy(model, images) {
  let right = 0;
  for (const { xs, ys } of batches(images, { batchSize: 250 })) {
    const hits = tidy(() => sum(equal(argMax(model.predictOnBatch(xs), 1), argMax(ys, 1))));
    right += (await hits.data())[0];
    dispose([xs, ys, hits]);
  }
  return right / images.length;
}

export async function measure() {
  const [train, test] = [await mnist({ split: 'train' }), await mnist({ split: 'test', limit: 2000 })];
  const model = resNet({
    depth: 20,
    activation: 'relu',
    normalization: 'batch',
    seed: 1,
    inputShape: [28, 28, 1],
    classes: 10,
  });
  const optimizer = adam({ learningRate: 1e-3 });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const seen = [];
  let [step, losses] = [0, []];
  for (const { xs, ys } of batches(train, { batchSize, seed: 1 })) {
    losses.push(await model.trainOnBatch(xs, ys));
    dispose([xs, ys]);
    if (!Number.isFinite(losses.at(-1))) throw new Error(`The loss is ${losses.at(-1)} at step ${step + 1}.`);
    if (++step % every !== 0 && step * batchSize < train.length) continue;
    seen.push({ step, loss: losses.reduce((a, b) => a + b, 0) / losses.length, ...held() });
    losses = [];
    console.log(JSON.stringify(seen.at(-1)));
  }
  const share = await accuracy(model, test);
  const { summary } = await auditModel(model, batches(test, { batchSize: 100 }));
  const [first, last] = [seen[0], seen.at(-1)];
  const flat = ['tensors', 'data', 'heap'].every((key) => first[key] === last[key]);
  const rows = seen.map(({ step, loss, tensors, data, heap }) => [
    step,
    loss.toFixed(4),
    tensors,
    data,
    megabytes(heap),
  ]);
  return {
    title: 'resNet-20 for an epoch of MNIST',
    text: `
\`resNet\` of depth 20 with batch norm and ReLU, ${model.countParams().toLocaleString('en')} parameters, Adam at 0.001: all ${train.length.toLocaleString('en')} images once, in ${step} steps of up to ${batchSize}. The mean loss since the row before; tensors that are alive, data that the backend holds, and the size of the WASM heap, after the step.

${table(['step', 'loss', 'tensors', 'data on the backend', 'heap, MB'], rows)}

${flat ? 'Nothing grew' : `From the first row to the last: ${last.tensors - first.tensors} tensors, ${last.data - first.data} data and ${megabytes(last.heap - first.heap)} MB of heap more`} between step ${first.step} and step ${last.step}. After the epoch ${percent(share)} of ${test.length.toLocaleString('en')} test digits are told right, and ${summary.deadChannels} of ${summary.channels} channels fire on none of them.
`,
  };
}
