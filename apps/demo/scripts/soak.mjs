// Trains in the built demo for minutes, with resets in between, and looks at the memory of page and workers:
// pnpm --filter @relumine/demo soak [minutes] [resets]
import { servedDemo } from './servedDemo.mjs';

const [minutes = 10, resets = 20] = process.argv
  .slice(2)
  .filter((argument) => argument !== '--')
  .map(Number);
const { page, close } = await servedDemo('?scene=rate');
// Long: the machine may have other work to do.
page.setDefaultTimeout(300_000);
const every = (minutes * 60_000) / (resets + 1);
const readings = [];

await page.getByRole('button', { name: /^Train/ }).click();
for (let reset = 0; reset <= resets; reset++) {
  await page.waitForTimeout(every);
  readings.push(await read());
  const { megabytes, step } = readings.at(-1);
  console.log(`after ${((every * (reset + 1)) / 60_000).toFixed(1)} min, step ${step}: ${megabytes.toFixed(1)} MB`);
  if (reset === resets) break;
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('button', { name: /^Train/ }).click();
}
await close();

// The first quarter warms up: kernels are compiled, curves and lists reach their length.
const settled = readings.slice(Math.floor(readings.length / 4)).map(({ megabytes }) => megabytes);
const half = settled.length >> 1;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const growth = mean(settled.slice(half)) / mean(settled.slice(0, half)) - 1;
console.log(`second half against first: ${(100 * growth).toFixed(1)} %`);
process.exit(growth > 0.05 ? 1 : 0);

async function read() {
  // Counts page and workers, after a collection.
  const bytes = await page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
  return { megabytes: bytes / 1e6, step: Number(await page.getByTestId('step').textContent()) };
}
