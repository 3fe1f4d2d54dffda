import {
  abs,
  add,
  clipByValue,
  div,
  exp,
  greaterEqual,
  log,
  mul,
  neg,
  onesLike,
  round,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';

/** e^(−|x|): in [0, 1], with no overflow anywhere. */
export const expNegative = (x: Tensor): Tensor => exp(neg(abs(x)));

/** 1 / (1 + e^(−x)), with relative accuracy in both tails (the stock operation has none below −87). */
export function logistic(x: Tensor): Tensor {
  const e = expNegative(x);
  return div(where(greaterEqual(x, 0), onesLike(x), e), add(e, 1));
}

/** σ(x) · σ(−x), the derivative of the logistic function, without cancellation. */
export function logisticSlope(x: Tensor): Tensor {
  const e = expNegative(x);
  return div(e, square(add(e, 1)));
}

/** log(1 + u) for 0 ≤ u ≤ 1: the stock operation loses u's last digits in the sum, which the second term gives back. */
export function logOnePlus(u: Tensor): Tensor {
  const w = add(u, 1);
  return add(log(w), div(sub(u, sub(w, 1)), w));
}

/** The slope's leading 11 bits. */
function leading(slope: number): number {
  const unit = 2 ** (Math.floor(Math.log2(slope)) - 10);
  return Math.round(slope / unit) * unit;
}

/**
 * e^(−slope · |x|) for slope > 0. The product is split into an exact part and a small rest: rounded as a whole, it would
 * cost a result of e⁻¹⁰⁰ its last two digits.
 */
export function expOfProduct(x: Tensor, slope: number): Tensor {
  const z = clipByValue(abs(x), 0, 110 / slope);
  const high = leading(slope);
  if (high === slope && Math.log2(slope) % 1 === 0) return exp(mul(z, -slope));
  const unit = 2 ** (Math.ceil(Math.log2(110 / slope)) - 12);
  const coarse = mul(round(div(z, unit)), unit);
  const rest = add(mul(sub(z, coarse), high), mul(z, slope - high));
  return mul(exp(mul(coarse, -high)), exp(neg(rest)));
}
