import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** The package as it is shipped, in plain Node, without a bundler's or a test runner's help and without tfjs-layers. */
const program = `
  import { startWasm } from '@relumine/wasm-backend';
  import * as tf from '@tensorflow/tfjs-core';
  const before = tf.getGradient('Conv2D') !== undefined;
  const { kernels } = await startWasm();
  const w = tf.variable(tf.tensor4d([0.1], [1, 1, 1, 1]));
  const x = tf.tensor4d([1, -2, 3, 0.5], [1, 2, 2, 1]);
  const loss = () => tf.mean(tf.square(tf.sub(tf.relu(tf.conv2d(x, w, 1, 'same')), tf.relu(tf.mul(x, 2)))));
  for (let i = 0; i < 60; i++) tf.train.sgd(0.05).minimize(loss);
  console.log(JSON.stringify({ before, kernels, learned: w.dataSync()[0] }));
`;

test('the built package trains in plain Node with tfjs-core alone', () => {
  expect(existsSync(resolve(root, 'dist/index.js')), 'build first: pnpm build').toBe(true);
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
  });
  const { before, kernels, learned } = JSON.parse(printed.trim().split('\n').at(-1)!);
  expect(before).toBe(false);
  expect(kernels).toBe('native');
  expect(learned).toBeCloseTo(2, 3);
});
