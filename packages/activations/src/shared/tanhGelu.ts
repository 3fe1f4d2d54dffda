import {
  abs,
  add,
  cast,
  clipByValue,
  div,
  exp,
  gather,
  isNaN as isNaNTensor,
  less,
  mul,
  neg,
  round,
  square,
  sub,
  type Tensor,
  tensor1d,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Composition } from './pointwise';

/** v(x) = 2 √(2/π) (x + 0.044715 x³), so that GELU is x · σ(v). */
const [linear, cubic] = [1.5957691216057308, 0.07135481627260025];
const reach = 11;
const perUnit = 16;

/**
 * z = |x| up to 11, where e^(−v(z)) is 0 in float32, and e = e^(−v(z)): of z rounded to sixteenths from a table, the rest
 * by the exponential of a small number. Rounded as a whole, v would cost a result of e⁻²⁵ its last digit.
 */
function tail(x: Tensor): { z: Tensor; e: Tensor } {
  const z = clipByValue(abs(where(isNaNTensor(x), zerosLike(x), x)), 0, reach);
  const index = round(mul(z, perUnit));
  const near = div(index, perUnit);
  const table = tensor1d(
    Array.from({ length: reach * perUnit + 1 }, (_, i) => {
      const at = i / perUnit;
      return Math.exp(-at * (linear + cubic * at * at));
    }),
  );
  const sum = add(square(z), mul(near, add(z, near)));
  const rest = mul(sub(z, near), add(mul(sum, cubic), linear));
  return { z, e: mul(gather(table, cast(index, 'int32')), exp(neg(rest))) };
}

/** dv/dx at z. */
const steepness = (z: Tensor): Tensor => add(mul(square(z), 3 * cubic), linear);

/** The tanh form of GELU by stock operations, with relative accuracy in the left tail. */
export const tanhGelu: Pick<Composition, 'forward' | 'derivative' | 'second'> = {
  forward: (x) => {
    const { z, e } = tail(x);
    const gate = add(e, 1);
    return where(less(x, 0), neg(div(mul(z, e), gate)), div(x, gate));
  },
  // f'(x) = 1 − f'(−x)
  derivative: (x) => {
    const { z, e } = tail(x);
    const gate = add(e, 1);
    const left = sub(div(e, gate), mul(mul(z, steepness(z)), div(e, square(gate))));
    return where(less(x, 0), left, sub(1, left));
  },
  second: (x) => {
    const { z, e } = tail(x);
    const gate = add(e, 1);
    const steep = steepness(z);
    const bend = add(mul(square(steep), div(sub(e, 1), gate)), mul(z, 6 * cubic));
    return mul(div(e, square(gate)), add(mul(steep, 2), mul(z, bend)));
  },
};
