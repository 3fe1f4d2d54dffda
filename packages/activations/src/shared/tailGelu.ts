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

type Slopes = readonly [slope: Tensor | number, fall: Tensor];

/**
 * With z = |x| up to 15, where the tail is 0 in float32, and e = e^(−z²/2), or e^(−v(z)) with v(z) = z (a + c z²) for the tanh
 * form: z e; the gate's tail Φ(−z), or σ(−v(z)), over e; e; and last the gate's slope at ±z over e, with −slope' / slope
 * at z.
 *
 * The exponential is that of z rounded to sixteenths, from a table, times that of the small rest: rounded as a whole, the
 * exponent would cost a result of e⁻⁸⁰ its last two digits. The table holds square roots, one of which is multiplied last:
 * what is subnormal is rounded once, and z e need not be where e is.
 */
function tailOf(x: Tensor, tanh: boolean): readonly [ze: Tensor, ratio: Tensor, e: Tensor, slopes: () => Slopes] {
  // 2 √(2/π), and that times 0.044715.
  const a = 1.595769122;
  const c = a * 0.044715;
  const z = clipByValue(abs(x), 0, 15);
  const index = cast(add(mul(z, 16), 0.5), 'int32');
  const near = div(index, 16);
  const table = gather(
    Array.from({ length: 241 }, (_, i) => Math.exp((-i / 32) * (tanh ? a + (c / 256) * i * i : i / 32))),
    index,
  );
  const sum = add(z, near);
  // The exponent's difference from z to near, divided by z − near.
  const steep = tanh ? add(mul(sub(mul(sum, sum), mul(z, near)), c), a) : div(sum, 2);
  const rest = mul(table, exp(mul(sub(near, z), steep)));
  const e = mul(table, rest);
  const t = div(1, add(tanh ? e : mul(z, 0.31), 1));
  // e^(z²/2) · Φ(−z) = t · Σ cₖ tᵏ, to 2.2e-7 for 0 ≤ z ≤ 15; the highest first. A minimax fit whose coefficients are as short
  // as that allows: each was rounded before the next ones were fitted.
  const ratio = tanh
    ? t
    : ([0.0359, -0.1419, 0.1557, -0.01563, 0.110587, 0.1075947, 0.12409403, 0.12365437].reduce<Tensor | number>(
        (so, k) => mul(add(so, k), t),
        0,
      ) as Tensor);
  return [
    mul(table, mul(z, rest)),
    ratio,
    e,
    () => {
      if (!tanh) return [0.39894228, z];
      const rise = add(mul(mul(z, z), 3 * c), a);
      return [mul(rise, mul(t, t)), sub(mul(rise, sub(mul(t, 2), 1)), div(mul(z, 6 * c), rise))];
    },
  ];
}

/** GELU by stock operations, exact or in its tanh form, with relative accuracy in the left tail. */
export const tailGelu = (attrs: Composition['attrs'], tanh: boolean): Composition => ({
  name: 'gelu',
  attrs,
  // −w on the left, x − w on the right, w = z · tail
  forward: (x) => {
    const [ze, ratio] = tailOf(x, tanh);
    return sub(relu(x), mul(ze, ratio));
  },
  // f'(x) = 1 − f'(−x)
  derivative: (x) => {
    const [ze, ratio, e, slopes] = tailOf(x, tanh);
    const left = sub(mul(e, ratio), mul(ze, slopes()[0]));
    return where(less(x, 0), left, sub(1, left));
  },
  second: (x) => {
    const [ze, , e, slopes] = tailOf(x, tanh);
    const [slope, fall] = slopes();
    return mul(slope, sub(mul(e, 2), mul(ze, fall)));
  },
});
