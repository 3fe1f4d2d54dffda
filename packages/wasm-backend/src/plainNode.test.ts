import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Runs a program against the package as it is shipped, in plain Node, without a bundler's or a test runner's help. */
function run(program: string): string {
  expect(existsSync(resolve(root, 'dist/index.js')), 'build first: pnpm build').toBe(true);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

const last = (printed: string): unknown => JSON.parse(printed.split('\n').at(-1)!);

/** Learns that 2 is the factor between x and y; `tf` is the copy of tfjs-core that it uses. */
const learn = `
  function learn(tf) {
    const w = tf.variable(tf.tensor4d([0.1], [1, 1, 1, 1]));
    const x = tf.tensor4d([1, -2, 3, 0.5], [1, 2, 2, 1]);
    const loss = () => tf.mean(tf.square(tf.sub(tf.relu(tf.conv2d(x, w, 1, 'same')), tf.relu(tf.mul(x, 2)))));
    for (let i = 0; i < 60; i++) tf.train.sgd(0.05).minimize(loss);
    return Math.round(w.dataSync()[0] * 1000) / 1000;
  }`;

test('the built package trains in plain Node with tfjs-core alone', () => {
  const printed = run(`
    import { startWasm } from '@relumine/wasm-backend';
    import * as tf from '@tensorflow/tfjs-core';
    ${learn}
    const before = tf.getGradient('Conv2D') !== undefined;
    const { kernels } = await startWasm();
    console.log(JSON.stringify({ before, kernels, learned: learn(tf) }));`);
  expect(last(printed)).toEqual({ before: false, kernels: 'native', learned: 2 });
});

test("somebody's own sequential model fits after two added lines", () => {
  const printed = run(`
    import { startWasm } from '@relumine/wasm-backend';
    import * as tf from '@tensorflow/tfjs-core';
    import { layers, sequential } from '@tensorflow/tfjs-layers';
    const { kernels } = await startWasm();
    const model = sequential({
      layers: [
        layers.conv2d({ inputShape: [8, 8, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
        layers.batchNormalization(),
        layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const x = tf.randomUniform([128, 8, 8, 1], 0, 1, 'float32', 1);
    const [left, right] = tf.split(x, 2, 2).map((half) => tf.mean(half, [1, 2, 3]));
    const y = tf.oneHot(tf.cast(tf.greater(left, right), 'int32'), 2);
    const { history } = await model.fit(x, y, { epochs: 25, verbose: 0 });
    console.log(JSON.stringify({ kernels, learns: history.loss.at(-1) < history.loss[0] / 2 }));`);
  expect(last(printed)).toEqual({ kernels: 'native', learns: true });
});

test('the kernels alone, registered before the backend is started', () => {
  const printed = run(`
    import { registerTrainingKernels } from '@relumine/wasm-backend';
    import * as tf from '@tensorflow/tfjs-core';
    ${learn}
    const { kernels } = await registerTrainingKernels();
    await tf.setBackend('wasm');
    await tf.ready();
    const learned = learn(tf);
    console.log(JSON.stringify({ kernels, learned, afterwards: (await registerTrainingKernels()).kernels }));`);
  expect(last(printed)).toEqual({ kernels: 'pending', learned: 2, afterwards: 'native' });
});

test('a second copy of tfjs-core trains too', () => {
  const printed = run(`
    import { createRequire } from 'node:module';
    import { startWasm } from '@relumine/wasm-backend';
    import * as tf from '@tensorflow/tfjs-core';
    ${learn}
    const require = createRequire(process.cwd() + '/');
    const path = require.resolve('@tensorflow/tfjs-core');
    console.warn = () => undefined;
    delete require.cache[path];
    const second = require(path);
    await startWasm();
    console.log(JSON.stringify({ copies: second.Tensor !== tf.Tensor, learned: [learn(second), learn(tf)] }));`);
  expect(last(printed)).toEqual({ copies: true, learned: [2, 2] });
});

test('the example of the README runs and finds the edges', () => {
  const [, example] = /```js\n([\s\S]*?)```/.exec(readFileSync(resolve(root, 'README.md'), 'utf8'))!;
  const weights = run(example!).split('\n').at(-1)!.split(' ').map(Number);
  for (const [i, expected] of [1, 0, -1, 1, 0, -1, 1, 0, -1].entries())
    expect(Math.abs(weights[i]! - expected)).toBeLessThan(0.05);
});
