// The norm of a circular 3 × 3 × 64 → 64 convolution on 32 × 32 inputs against all its singular values, ours and numpy's:
// pnpm --filter @tooling/bench norms [rounds]. One after the other, one thread each, after eight rounds and two seconds that
// warm up; medians of processor time, and ratios of medians.
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { operatorNorm, singularValues } from '@relumine/spectral-norm';
import * as tf from '@tensorflow/tfjs-core';
import { start } from './peers/start.mjs';
import { spread } from './timing.mjs';

const [rounds = '5'] = process.argv.slice(2);
const started = await start('native', 1);
const inputShape = [32, 32];
const actions = {
  'all singular values': async (kernel) => (await singularValues(kernel, { inputShape }))[0],
  'norm, searched': (kernel) => operatorNorm(kernel, { inputShape, padding: 'circular', method: 'search' }),
  'norm, by Lanczos': (kernel) => operatorNorm(kernel, { inputShape, padding: 'circular', method: 'lanczos' }),
};
const kernelOf = (seed) => tf.randomNormal([3, 3, 64, 64], 0, 0.05, 'float32', seed);

/** Milliseconds of the processor that numpy's svd(fft2(k)) takes on one thread. */
function numpy() {
  const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const script = resolve(import.meta.dirname, 'peers/numpySingularValues.py');
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const output = execFileSync(python, [script], {
        env: { ...process.env, ...one },
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return JSON.parse(output).times;
    } catch {
      // This one has no numpy: the next.
    }
  }
  return undefined;
}

const times = Object.fromEntries(Object.keys(actions).map((name) => [name, []]));
const found = {};
for (const [name, action] of Object.entries(actions)) {
  found[name] = [];
  const begun = performance.now();
  for (let warm = 0; warm < 8 || performance.now() < begun + 2000; warm++) {
    const kernel = kernelOf(warm + 1);
    await action(kernel);
    kernel.dispose();
  }
  for (let round = 0; round < Number(rounds); round++) {
    const kernel = kernelOf(round + 9);
    const from = process.cpuUsage();
    const norm = await action(kernel);
    const { user, system } = process.cpuUsage(from);
    kernel.dispose();
    found[name].push(norm);
    times[name].push((user + system) / 1000);
  }
}
const exact = found['all singular values'];
const worst = Math.max(...found['norm, searched'].map((norm, k) => Math.abs(norm / exact[k] - 1)));
const peerTimes = numpy();
const peer = peerTimes && spread(peerTimes).median;
if (!peer) console.error('No Python with numpy was found: its line is missing.');
const medians = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, spread(list).median]));
const searched = medians['norm, searched'];
console.log(`kernels ${started.kernels}, ${rounds} kernels, load ${loadavg()[0].toFixed(2)}`);
for (const [name, ms] of Object.entries(medians)) console.log(`${name.padEnd(24)} ${ms.toFixed(1)} ms`);
if (peer) console.log(`${'numpy svd(fft2(k))'.padEnd(24)} ${peer.toFixed(1)} ms`);
console.log(`all ours / searched      ${(medians['all singular values'] / searched).toFixed(1)}`);
if (peer) console.log(`numpy / searched         ${(peer / searched).toFixed(1)}`);
if (peer) console.log(`all ours / numpy         ${(medians['all singular values'] / peer).toFixed(2)}`);
console.log(`largest error of the searched norm ${worst.toExponential(1)}`);
process.exit(0);
