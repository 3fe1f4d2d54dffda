// Activations forward and backward, and counting while activating, on one thread; answers lines (see children.mjs):
// { what: 'activation' | 'statistics', name, warmUp, runs } → [[milliseconds, …], …], a list for each thing that is timed.
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { time } from '../timing.mjs';

const { startWasm } = await import('@relumine/wasm-backend');
const run = (name, inputs, attrs) => tf.dispose(tf.engine().runKernel(name, inputs, attrs));
const kernelOf = (name) => `Relumine${name[0].toUpperCase()}${name.slice(1)}`;

const started = await startWasm({ threads: 1 });
if (started.kernels !== 'native') throw new Error('The native kernels did not start.');

const size = 1_000_000;
const [x, dy, alpha] = [tf.randomNormal([size]), tf.randomNormal([size]), tf.tensor1d([0.25])];
const z = tf.randomNormal([64, 24, 24, 64]);

function forwardAndBackward(name) {
  const kernel = kernelOf(name);
  const more = name === 'prelu' ? { alpha } : {};
  // As @relumine/activations does it: where a kernel gives the slope beside the value, the gradient is a product.
  if (tf.getKernel(`${kernel}Slope`, 'wasm') === undefined)
    return () => {
      run(kernel, { x, ...more }, {});
      run(`${kernel}Grad`, { dy, x, ...more }, {});
    };
  return () => {
    const [y, slope] = tf.engine().runKernel(`${kernel}Slope`, { x }, {});
    y.dispose();
    run('Multiply', { a: dy, b: slope }, {});
    slope.dispose();
  };
}

const actions = {
  activation: (name) => [forwardAndBackward(name)],
  statistics: (name) => [
    () => run(kernelOf(name), { x: z }, {}),
    () => run('RelumineActivationStatistics', { x: z }, { name, params: {}, epsilon: 0 }),
  ],
};

for await (const line of createInterface({ input: process.stdin })) {
  const { what, name, warmUp, runs } = JSON.parse(line);
  const timed = actions[what](name);
  const times = timed.map(() => []);
  for (const action of timed) await time(action, { runs: 0, warmUp });
  // In turn: a machine that slows down for a while slows down both.
  for (let i = 0; i < runs; i++) {
    for (const [k, action] of timed.entries()) times[k].push(...(await time(action, { runs: 1, warmUp: 0 })));
  }
  console.log(JSON.stringify(times));
}
process.exit(0);
