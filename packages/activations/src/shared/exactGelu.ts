import {
  abs,
  add,
  clipByValue,
  div,
  exp,
  less,
  mul,
  neg,
  round,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import type { Composition } from './pointwise';

/** e^(z²/2) · Φ(−z) = t · Σ cₖ tᵏ with t = 1 / (1 + 0.3 z), to 4e-9 for 0 ≤ z ≤ 15 (a minimax fit). */
const coefficients = [
  0.119686719, 0.119571272, 0.110239714, 0.0783705496, 0.0962096449, -0.0795177417, 0.191893336, -0.22829211,
  0.112467813, -0.020629199,
];

/** z = |x| up to 15, where Φ(−z) is 0 in float32; e^(−z²/2) in two factors, and the rest of Φ(−z). */
function tail(x: Tensor): { z: Tensor; coarse: Tensor; fine: Tensor; ratio: Tensor } {
  const z = clipByValue(abs(x), 0, 15);
  // The square of z's leading bits is exact, so that a large exponent costs no digits.
  const leading = div(round(mul(z, 16)), 16);
  const rest = mul(mul(sub(z, leading), add(z, leading)), -0.5);
  const t = div(1, add(mul(z, 0.3), 1));
  let sum = mul(t, coefficients.at(-1)!);
  for (const c of coefficients.slice(0, -1).reverse()) sum = mul(add(sum, c), t);
  return { z, coarse: exp(mul(square(leading), -0.5)), fine: exp(rest), ratio: sum };
}

const density = 0.3989422804014327;

/** GELU by stock operations, with relative accuracy in the left tail. */
export const exactGelu: Pick<Composition, 'forward' | 'derivative' | 'second'> = {
  // w = |x| Φ(−|x|): −w on the left, x − w on the right
  forward: (x) => {
    const { z, coarse, fine, ratio } = tail(x);
    const w = mul(mul(mul(z, ratio), fine), coarse);
    return where(less(x, 0), neg(w), sub(x, w));
  },
  // f'(x) = 1 − f'(−x)
  derivative: (x) => {
    const { z, coarse, fine, ratio } = tail(x);
    const left = mul(mul(sub(ratio, mul(z, density)), fine), coarse);
    return where(less(x, 0), left, sub(1, left));
  },
  second: (x) => {
    const { z, coarse, fine } = tail(x);
    return mul(mul(mul(sub(2, square(z)), density), fine), coarse);
  },
};
