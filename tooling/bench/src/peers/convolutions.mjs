// Convolutions on one thread, native against stock and composed, in one process: node convolutions.mjs
import * as tf from '@tensorflow/tfjs-core';
import { spread, time } from '../timing.mjs';

const { startWasm } = await import('@relumine/wasm-backend');
const run = (name, inputs, attrs) => tf.dispose(tf.engine().runKernel(name, inputs, attrs));
const measured = async (action, runs = 9) => spread(await time(action, { runs, warmUp: 3 }));

const convolutions = [
  { name: '3×3, 28²×32→64', h: 28, ci: 32, co: 64, k: 3, stride: 1 },
  { name: '3×3, 14²×64→128', h: 14, ci: 64, co: 128, k: 3, stride: 1 },
  { name: '3×3, 28²×1→32', h: 28, ci: 1, co: 32, k: 3, stride: 1 },
  { name: '5×5, 28²×32→64', h: 28, ci: 32, co: 64, k: 5, stride: 1 },
  { name: '1×1, 28²×32→64', h: 28, ci: 32, co: 64, k: 1, stride: 1 },
  { name: '3×3 stride 2, 28²×32→64', h: 28, ci: 32, co: 64, k: 3, stride: 2 },
];
const batch = 64;

/** Milliseconds of the three kernels of each convolution, with the kernels that are registered now. */
async function timeConvolutions(runs) {
  const rows = [];
  for (const { name, h, ci, co, k, stride } of convolutions) {
    const x = tf.randomNormal([batch, h, h, ci]);
    const filter = tf.randomNormal([k, k, ci, co]);
    const attrs = { strides: stride, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
    const dy = tf.engine().runKernel('Conv2D', { x, filter }, attrs);
    const gradient = { ...attrs, filterShape: filter.shape, inputShape: x.shape };
    const flop = (2 * dy.size * k * k * ci) / 1e6;
    const forward = await measured(() => run('Conv2D', { x, filter }, attrs), runs);
    const filterGradient = await measured(() => run('Conv2DBackpropFilter', { x, dy }, gradient), runs);
    const inputGradient = await measured(() => run('Conv2DBackpropInput', { dy, filter }, gradient), runs);
    rows.push({ name, flop, forward, filterGradient, inputGradient });
    tf.dispose([x, filter, dy]);
  }
  return rows;
}

async function timeDepthwise(runs) {
  const [x, filter] = [tf.randomNormal([32, 28, 28, 64]), tf.randomNormal([3, 3, 64, 1])];
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
  const gradient = { ...attrs, filterShape: filter.shape, inputShape: x.shape };
  const filterGradient = await measured(() => run('DepthwiseConv2dNativeBackpropFilter', { x, dy: x }, gradient), runs);
  const inputGradient = await measured(
    () => run('DepthwiseConv2dNativeBackpropInput', { dy: x, filter }, gradient),
    runs,
  );
  tf.dispose([x, filter]);
  return { name: 'depthwise 3×3, 28²×64, batch 32', filterGradient, inputGradient };
}

await startWasm({ threads: 1, kernels: 'composed' });
const composed = await timeConvolutions(3);
const depthwiseComposed = await timeDepthwise(3);
const started = await startWasm({ threads: 1 });
if (started.kernels !== 'native') throw new Error('The native kernels did not start.');
const native = await timeConvolutions(9);
const depthwise = await timeDepthwise(9);
console.log(JSON.stringify({ started, composed, native, depthwise, depthwiseComposed }));
process.exit(0);
