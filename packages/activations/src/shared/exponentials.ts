import {
  abs,
  add,
  clipByValue,
  div,
  mul,
  neg,
  square,
  sigmoid as stockSigmoid,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * e^(−z) for z ≥ 0. Through the logistic function of −z/2, h = e^(−z/2) / (1 + e^(−z/2)): on WASM that operation is twenty
 * times faster than the exponential, and the square reaches down to subnormals, where it ends itself.
 */
export function decay(z: Tensor): Tensor {
  const h = stockSigmoid(mul(z, -0.5));
  return square(div(h, sub(1, h)));
}

/** e^(−|x|): in [0, 1], with no overflow anywhere. */
export const expNegative = (x: Tensor): Tensor => decay(abs(x));

/** 1 / (1 + e^(−x)) = h² / (h² + (1 − h)²) with h of x/2: relative accuracy in both tails (the stock operation has none below −87). */
export function logistic(x: Tensor): Tensor {
  const h = stockSigmoid(mul(x, 0.5));
  const s = square(h);
  return div(s, add(s, square(sub(1, h))));
}

/** σ(x) · σ(−x), the derivative of the logistic function, without cancellation; 0 beyond ±87, where it is below 1e-37. */
export const logisticSlope = (x: Tensor): Tensor => mul(stockSigmoid(x), stockSigmoid(neg(x)));

/**
 * e^min(x, 0), as σ / (1 − σ); 0 below −87, where it is below 1e-37. A NaN may be lost.
 */
export function decline(x: Tensor): Tensor {
  const h = stockSigmoid(clipByValue(x, -200, 0));
  return div(h, sub(1, h));
}

/**
 * log(1 + u) for 0 ≤ u ≤ 1, as 2 artanh(w) with w = u / (2 + u): a polynomial of w², to 4e-9 (a minimax fit), instead of the
 * stock logarithm, which costs forty multiplications. Multiplied before it is divided: a half of a subnormal would be rounded.
 */
export function logOnePlus(u: Tensor): Tensor {
  const below = add(u, 2);
  const q = square(div(u, below));
  const high = [mul(q, 0.28174665692), 0.27961426378, 0.40024852291, 0.66666316004];
  const sum = add(high.reduce((so, c) => mul(add(so, c), q))!, 2.00000000787);
  return div(mul(sum, u), below);
}

/**
 * e^(−slope · |x|) for slope > 0. The product is split into an exact part, of 12 bits times 12, and a small rest: rounded as
 * a whole, it would cost a result of e⁻¹⁰⁰ its last two digits. NaN may be lost where the slope is no power of two.
 */
export function expOfProduct(x: Tensor, slope: number): Tensor {
  if (Math.log2(slope) % 1 === 0) return expNegative(mul(x, slope));
  const z = clipByValue(abs(x), 0, 110 / slope);
  // Veltkamp's splittings: the first 12 bits of either factor.
  const large = slope * (2 ** 41 + 1);
  const high = large - (large - slope);
  const larger = mul(z, 4097);
  const coarse = sub(larger, sub(larger, z));
  const rest = add(mul(sub(z, coarse), high), mul(z, slope - high));
  return mul(decay(mul(coarse, high)), decay(rest));
}
