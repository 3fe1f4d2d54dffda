// The built demo in Chromium: training throughput against Node, same network, batch, optimiser and threads, alternating:
// pnpm --filter @relumine/demo bench [rounds] [threads]
import { simpleCnn } from '@relumine/models';
import { adam, startWasm } from '@relumine/wasm-backend';
import { tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { servedDemo } from './servedDemo.mjs';

const rounds = Number(process.argv[2] ?? 5);
const seconds = 4;
const batchSize = 32;

const asked = process.argv[3] ? `&threads=${process.argv[3]}` : '';
const { page, close } = await servedDemo(`?activation=relu&width=32${asked}`);
const threads = Number(await page.locator('select[name=threads]').inputValue());
await startWasm({ threads });

const model = simpleCnn({ activation: 'relu', initializer: 'heNormal', seed: 1 });
model.compile({ optimizer: adam({ learningRate: 0.03 }), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
const pixels = Float32Array.from({ length: batchSize * 784 }, (_, i) => ((i * 31) % 97) / 97);
const labels = Float32Array.from({ length: batchSize * 10 }, (_, i) => Number(i % 10 === Math.floor(i / 10) % 10));

const ratios = [];
await inNode(1);
for (let round = 0; round < rounds; round++) {
  const [node, demo] = [await inNode(seconds), await inPage(seconds)];
  ratios.push(demo / node);
  console.log(
    `Node ${node.toFixed(1)} steps/s, demo ${demo.toFixed(1)} steps/s, ratio ${(demo / node).toFixed(2)} (${threads} threads each)`,
  );
}
ratios.sort((a, b) => a - b);
console.log(`median ratio ${ratios[rounds >> 1].toFixed(2)} (${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)})`);
await close();
process.exit();

async function inNode(duration) {
  const from = performance.now();
  let steps = 0;
  while (performance.now() - from < duration * 1000) {
    const xs = tensor4d(pixels, [batchSize, 28, 28, 1]);
    const ys = tensor2d(labels, [batchSize, 10]);
    await model.trainOnBatch(xs, ys);
    xs.dispose();
    ys.dispose();
    steps++;
  }
  return (1000 * steps) / (performance.now() - from);
}

async function inPage(duration) {
  const step = async () => [performance.now(), Number(await page.getByTestId('step').textContent())];
  await page.getByRole('button', { name: /^Train/ }).click();
  await page.waitForTimeout(500);
  const [from, first] = await step();
  await page.waitForTimeout(duration * 1000);
  const [to, last] = await step();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.waitForTimeout(300);
  return (1000 * (last - first)) / (to - from);
}
