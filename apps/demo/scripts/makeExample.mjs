// Trains the network that the pages "Audit" and "Draw" ship, and writes assets/example:
// pnpm --filter @relumine/demo example
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { batches, mnist } from '@relumine/datasets';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { simpleCnn } from '@relumine/models';
import { adam, startWasm } from '@relumine/wasm-backend';
import { argMax, equal, io, mean, tensor, tidy } from '@tensorflow/tfjs-core';

const folder = resolve(import.meta.dirname, '../assets/example');
const [learningRate, epochs] = [0.008, 4];

await startWasm();
const train = await mnist({ split: 'train', limit: 12_000 });
const test = await mnist({ split: 'test', limit: 2000 });

const model = simpleCnn({ activation: 'relu', initializer: 'heNormal', seed: 1 });
const optimizer = adam({ learningRate });
model.compile({ optimizer, loss: 'categoricalCrossentropy' });
for (let epoch = 0; epoch < epochs; epoch++) {
  // The rate that kills comes first; a tenth of it afterwards lets the rest learn.
  if (epoch === 1) optimizer.learningRate = learningRate / 10;
  for await (const { xs, ys } of batches(train, { batchSize: 32, seed: epoch + 1 })) {
    await model.trainOnBatch(xs, ys);
    xs.dispose();
    ys.dispose();
  }
}

const pixels = Float32Array.from(test.images, (byte) => byte / 255);
const images = tensor(pixels, [test.length, 28, 28, 1]);
const report = await auditModel(model, images);
const accuracy = tidy(() =>
  mean(equal(argMax(model.predict(images), 1), tensor([...test.labels], undefined, 'int32'))),
);
const dead = report.layers.map(({ name, channels, deadChannels }) => `${name} ${deadChannels.length}/${channels}`);
const [testAccuracy] = await accuracy.data();
console.log(`accuracy ${testAccuracy.toFixed(4)}; dead: ${dead.join(', ')}`);

mkdirSync(folder, { recursive: true });
await model.save(
  io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
    const json = { format: 'layers-model', generatedBy: 'relumine', modelTopology, weightsManifest };
    writeFileSync(resolve(folder, 'model.json'), JSON.stringify(json));
    writeFileSync(resolve(folder, 'weights.bin'), new Uint8Array(io.CompositeArrayBuffer.join(weightData)));
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  }),
);
// IDX of the first test digits, gzipped (not by its name: some hosts would unpack it on the way), which the page audits with and draws from.
const shipped = 500;
const header = Buffer.alloc(16);
for (const [i, n] of [0x803, shipped, 28, 28].entries()) header.writeUInt32BE(n, 4 * i);
const idx = Buffer.concat([header, test.images.subarray(0, shipped * 784)]);
writeFileSync(resolve(folder, 'images.bin'), gzipSync(idx, { level: 9 }));
const examples = Array.from({ length: 10 }, (_, digit) => test.labels.indexOf(digit));

const layers = report.layers.map(({ name, channels, deadChannels }) => ({ name, channels, deadChannels }));
const facts = {
  learningRate,
  epochs,
  trainedOn: train.length,
  samples: report.samples,
  accuracy: Number(testAccuracy.toFixed(4)),
  examples,
  layers,
};
writeFileSync(resolve(folder, 'facts.json'), `${JSON.stringify(facts)}\n`);
process.exit();
