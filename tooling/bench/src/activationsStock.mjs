// Composed activations against tfjs's own operations, on one backend, in one run: pnpm --filter @tooling/bench activations
// Interleaved; the median of ratios, their quartiles, and the ratio of the fastest runs, which a busy machine disturbs
// least. Below 1: faster than stock.
import * as own from '@relumine/activations';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';

const pairs = {
  relu: [own.relu, tf.relu],
  relu6: [own.relu6, tf.relu6],
  leakyRelu: [(x) => own.leakyRelu(x, { negativeSlope: 0.2 }), (x) => tf.leakyRelu(x, 0.2)],
  elu: [own.elu, tf.elu],
  selu: [own.selu, tf.selu],
  softplus: [own.softplus, tf.softplus],
  sigmoid: [own.sigmoid, tf.sigmoid],
  logSigmoid: [own.logSigmoid, tf.logSigmoid],
  tanh: [own.tanh, tf.tanh],
};
const [backend = 'wasm', elements = '1000000', rounds = '11'] = process.argv.slice(2);
await tf.setBackend(backend);
const x = tf.randomNormal([Number(elements)], 0, 2, 'float32', 1);

function time(f) {
  const from = performance.now();
  const y = f(x);
  y.dataSync();
  y.dispose();
  return performance.now() - from;
}
const at = (sorted, share) => sorted[Math.floor(share * (sorted.length - 1))];

console.log(`${backend}, ${elements} elements, ratio own / stock: median (quartiles)`);
for (const [name, [mine, stock]] of Object.entries(pairs)) {
  const gradient = (f) => tf.grad((z) => tf.sum(f(z)));
  const line = [];
  for (const [what, a, b] of [
    ['forward', mine, stock],
    ['forward + gradient', gradient(mine), gradient(stock)],
  ]) {
    time(a);
    time(b);
    const times = Array.from({ length: Number(rounds) }, () => [time(a), time(b)]);
    const ratios = times.map(([own, other]) => own / other).sort((p, q) => p - q);
    const fastest = Math.min(...times.map(([own]) => own)) / Math.min(...times.map(([, other]) => other));
    const quartiles = `${at(ratios, 0.25).toFixed(2)}–${at(ratios, 0.75).toFixed(2)}`;
    line.push(`${what} ${at(ratios, 0.5).toFixed(2)} (${quartiles}; fastest ${fastest.toFixed(2)})`);
  }
  console.log(`${name.padEnd(11)} ${line.join('   ')}`);
}
