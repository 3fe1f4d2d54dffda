import {
  abs,
  add,
  cast,
  clipByValue,
  div,
  exp,
  gather,
  less,
  mul,
  relu,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import type { Composition } from './pointwise';

const tiny = 2 ** -32;

/** e^(z²/2) · Φ(−z) = t · Σ cₖ tᵏ with t = 1 / (1 + 0.31 z), to 2e-7 for 0 ≤ z ≤ 15 (a minimax fit); the highest first. */
const coefficients = [0.03589022, -0.14181755, 0.1554564, -0.01528385, 0.11032524, 0.10770116, 0.12407239, 0.12365606];

/**
 * z = |x| up to 15, where the tail is 0 in float32; the tail, times 2³²: Φ(−z), or σ(−v(z)) with v(z) = z (a + c z²) for the
 * tanh form; and then the gate's slope at ±z, times 2³², with −slope' / slope at z.
 *
 * The exponential in it is that of z rounded to sixteenths, from a table, times that of the small rest: rounded as a whole,
 * the exponent would cost a result of e⁻⁸⁰ its last two digits. The table is scaled so that what is subnormal is rounded
 * once, in the end.
 */
function tailOf(x: Tensor, tanh: boolean): readonly [z: Tensor, tail: Tensor, slopes: () => readonly [Tensor, Tensor]] {
  const [a, c] = [1.5957691216057308, 0.07135481627260025];
  const z = clipByValue(abs(x), 0, 15);
  const index = cast(add(mul(z, 16), 0.5), 'int32');
  const near = div(index, 16);
  const table = Array.from({ length: 241 }, (_, i) => {
    const at = i / 16;
    return Math.exp(-at * (tanh ? a + c * at * at : at / 2)) / tiny;
  });
  const sum = add(z, near);
  // The exponent's difference from z to near, divided by z − near.
  const steep = tanh ? add(mul(sub(mul(sum, sum), mul(z, near)), c), a) : div(sum, 2);
  const e = mul(gather(table, index), exp(mul(sub(near, z), steep)));
  if (tanh) {
    const tail = div(e, add(mul(e, tiny), 1));
    return [
      z,
      tail,
      () => {
        const g = mul(tail, tiny);
        const rise = add(mul(mul(z, z), 3 * c), a);
        return [mul(mul(rise, tail), sub(1, g)), sub(mul(rise, sub(1, add(g, g))), div(mul(z, 6 * c), rise))];
      },
    ];
  }
  const t = div(1, add(mul(z, 0.31), 1));
  const ratio = coefficients.reduce<Tensor | number>((so, k) => mul(add(so, k), t), 0);
  return [z, mul(e, ratio), () => [mul(e, 0.3989422804014327), z]];
}

/** GELU by stock operations, exact or in its tanh form, with relative accuracy in the left tail. */
export const tailGelu = (tanh: boolean): Pick<Composition, 'forward' | 'derivative' | 'second'> => ({
  // −w on the left, x − w on the right, w = z · tail
  forward: (x) => {
    const [z, tail] = tailOf(x, tanh);
    return sub(relu(x), mul(mul(z, tail), tiny));
  },
  // f'(x) = 1 − f'(−x)
  derivative: (x) => {
    const [z, tail, slopes] = tailOf(x, tanh);
    const left = mul(sub(tail, mul(z, slopes()[0])), tiny);
    return where(less(x, 0), left, sub(1, left));
  },
  second: (x) => {
    const [z, , slopes] = tailOf(x, tanh);
    const [slope, fall] = slopes();
    return mul(mul(slope, tiny), sub(2, mul(z, fall)));
  },
});
