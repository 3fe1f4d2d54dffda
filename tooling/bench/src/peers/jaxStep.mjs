// The reference step in jax-js on WASM (plain gradient descent, which costs less than Adam), in a process of its own:
// node jaxStep.mjs <batch> <runs>
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { time } from '../timing.mjs';

const [batch, runs] = process.argv.slice(2).map(Number);
await init('wasm');
defaultDevice('wasm');

let state = 7;
/** Uniform numbers within ±scale. */
function draw(shape, scale) {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
  return np.array(values).reshape(shape);
}

let params = {
  k1: draw([32, 1, 3, 3], 0.3),
  b1: draw([32, 1, 1], 0.01),
  k2: draw([64, 32, 3, 3], 0.06),
  b2: draw([64, 1, 1], 0.01),
  w1: draw([9216, 128], 0.02),
  c1: draw([128], 0.01),
  w2: draw([128, 10], 0.1),
  c2: draw([10], 0.01),
};
const x = draw([batch, 1, 28, 28], 1);
const labels = np.array(
  Array.from({ length: batch }, (_, i) => i % 10),
  { dtype: np.int32 },
);
const y = nn.oneHot(labels, 10);

function loss(p, images, targets) {
  let h = nn.relu(lax.conv(images, p.k1, [1, 1], 'VALID').add(p.b1));
  h = nn.relu(lax.conv(h, p.k2, [1, 1], 'VALID').add(p.b2));
  h = lax.reduceWindow(h, (window) => np.max(window), [2, 2], [2, 2]).reshape([batch, 9216]);
  h = nn.relu(np.dot(h, p.w1).add(p.c1));
  const logits = np.dot(h, p.w2).add(p.c2);
  return nn
    .logSoftmax(logits)
    .mul(targets)
    .sum()
    .mul(-1 / batch);
}

const step = jit((p, images, targets) => {
  const [value, gradient] = valueAndGrad(loss)(tree.ref(p), images, targets);
  return [value, tree.map((weight, slope) => weight.sub(slope.mul(1e-3)), p, gradient)];
});
const losses = [];
const times = await time(
  () => {
    const [value, next] = step(params, x.ref, y.ref);
    params = next;
    losses.push(value.js());
  },
  { runs, warmUp: 1 },
);
if (!(losses.at(-1) < losses[0])) throw new Error(`The loss does not fall: ${losses}.`);
console.log(JSON.stringify({ times, losses }));
process.exit(0);
