// Activations forward and backward, and counting while activating, on one thread: node elementwise.mjs
import * as tf from '@tensorflow/tfjs-core';
import { spread, time } from '../timing.mjs';

const { startWasm } = await import('@relumine/wasm-backend');
const run = (name, inputs, attrs) => tf.dispose(tf.engine().runKernel(name, inputs, attrs));
// So many calls before any counts: until then, some may run in code that is not optimised yet.
const measured = async (action, runs) => spread(await time(action, { runs, warmUp: 25 }));

const names = ['relu', 'leakyRelu', 'prelu', 'elu', 'silu', 'gelu', 'tanh'];

async function timeActivations() {
  const size = 1_000_000;
  const [x, dy, alpha] = [tf.randomNormal([size]), tf.randomNormal([size]), tf.tensor1d([0.25])];
  const result = {};
  for (const name of names) {
    const kernel = `Relumine${name[0].toUpperCase()}${name.slice(1)}`;
    const more = name === 'prelu' ? { alpha } : {};
    // As @relumine/activations does it: where a kernel gives the slope beside the value, the gradient is a product.
    const withSlope = tf.getKernel(`${kernel}Slope`, 'wasm') !== undefined;
    result[name] = await measured(() => {
      if (withSlope) {
        const [y, slope] = tf.engine().runKernel(`${kernel}Slope`, { x }, {});
        y.dispose();
        run('Multiply', { a: dy, b: slope }, {});
        slope.dispose();
        return;
      }
      run(kernel, { x, ...more }, {});
      run(`${kernel}Grad`, { dy, x, ...more }, {});
    }, 25);
  }
  return result;
}

async function timeStatistics() {
  const x = tf.randomNormal([64, 24, 24, 64]);
  const result = {};
  for (const name of ['relu', 'leakyRelu', 'gelu']) {
    const kernel = `Relumine${name[0].toUpperCase()}${name.slice(1)}`;
    const plain = await measured(() => run(kernel, { x }, {}), 15);
    const counting = await measured(
      () => run('RelumineActivationStatistics', { x }, { name, params: {}, epsilon: 0 }),
      15,
    );
    result[name] = { plain, counting };
  }
  return result;
}

const started = await startWasm({ threads: 1 });
if (started.kernels !== 'native') throw new Error('The native kernels did not start.');
console.log(JSON.stringify({ started, activations: await timeActivations(), statistics: await timeStatistics() }));
process.exit(0);
