import {
  CELU, ELU, GELU, GELU_TANH, HARDSHRINK, HARDSIGMOID, HARDSWISH, HARDTANH, LOG_SIGMOID, MISH, SELU, SELU_ALPHA,
  SELU_SCALE, SIGMOID, SILU, SOFTPLUS, SOFTSHRINK, SOFTSIGN, SQUAREPLUS, TANH, TANHSHRINK, THRESHOLD, rootOf,
} from './activationCodes';
import { gelu } from './gelu';
import { LEAKY_RELU, RELU, rectify } from './rectifiers';
import { silu } from './silu';
import {
  clamp, decay, exp, expm1, fma, keepNaN, log1p, minusAbs, select, sigmoid, softplus, splat, tanh, timesExp,
} from './vector';

/** 2u = 2 √(2/π) (z + 0.044715 z³) in float64. */
// @ts-ignore: decorator
@inline
function geluInner(z: v128): v128 {
  const cubic = f64x2.mul(f64x2.splat(2 * 0.7978845608028654 * 0.044715), f64x2.mul(z, z));
  return f64x2.mul(z, f64x2.add(cubic, f64x2.splat(2 * 0.7978845608028654)));
}

/** y · e^(−2u): in float32, the rounding of 2u alone would cost a result of e⁻²⁵ its last digit. */
// @ts-ignore: decorator
@inline
function geluTail(y: v128, z: v128): v128 {
  const low = geluInner(f64x2.promote_low_f32x4(z));
  const high = geluInner(f64x2.promote_low_f32x4(i64x2.shuffle(z, z, 1, 1)));
  const first = f32x4.demote_f64x2_zero(low);
  const second = f32x4.demote_f64x2_zero(high);
  const lowRest = f32x4.demote_f64x2_zero(f64x2.sub(low, f64x2.promote_low_f32x4(first)));
  const highRest = f32x4.demote_f64x2_zero(f64x2.sub(high, f64x2.promote_low_f32x4(second)));
  const e = timesExp(y, f32x4.neg(i64x2.shuffle(first, second, 0, 2)));
  return fma(f32x4.neg(e), i64x2.shuffle(lowRest, highRest, 0, 2), e);
}

/** f(x); a and b are the function's parameters. At ±∞ it is the limit: what would be 0 · ∞ is cut off where it is 0 already. */
// @ts-ignore: decorator
@inline
function forward(op: i32, x: v128, a: v128, b: v128): v128 {
  const zero = splat(0);
  // expm1(0) is 0: no choice between two values is needed.
  if (op == ELU) return fma(a, expm1(f32x4.pmin(x, zero)), f32x4.pmax(x, zero));
  if (op == CELU) return select(f32x4.gt(x, zero), x, f32x4.mul(a, expm1(f32x4.pmin(f32x4.div(x, a), zero))));
  if (op == SELU)
    return fma(
      splat(SELU_SCALE * SELU_ALPHA),
      expm1(f32x4.pmin(x, zero)),
      f32x4.mul(f32x4.pmax(x, zero), splat(SELU_SCALE)),
    );
  if (op == MISH) {
    const c = clamp(x, -110, 30);
    const e = exp(c);
    const n = f32x4.add(e, splat(2));
    const p = f32x4.mul(e, n);
    const left = f32x4.lt(x, zero);
    const gate = f32x4.div(select(left, n, p), f32x4.add(p, splat(2)));
    return f32x4.mul(select(left, timesExp(c, c), x), gate);
  }
  if (op == SOFTPLUS) {
    const z = f32x4.mul(x, a);
    return select(f32x4.gt(z, b), x, f32x4.div(softplus(z), a));
  }
  if (op == SIGMOID) return sigmoid(x);
  if (op == TANH) return tanh(x);
  if (op == SOFTSIGN) {
    const c = clamp(x, -1e30, 1e30);
    return f32x4.div(c, f32x4.add(splat(1), f32x4.abs(c)));
  }
  if (op == HARDTANH) return f32x4.min(f32x4.max(x, a), b);
  if (op == HARDSIGMOID)
    return f32x4.div(f32x4.min(f32x4.max(f32x4.add(x, splat(3)), zero), splat(6)), splat(6));
  if (op == HARDSWISH) {
    const gate = f32x4.div(f32x4.min(f32x4.max(f32x4.add(x, splat(3)), zero), splat(6)), splat(6));
    return f32x4.mul(f32x4.pmax(x, splat(-3)), gate);
  }
  if (op == GELU_TANH) {
    // 0.5 (1 + tanh u) = sigmoid(2u), which keeps the left tail.
    const c = clamp(x, -20, 20);
    const z = f32x4.abs(c);
    const above = select(f32x4.lt(x, zero), geluTail(c, z), x);
    return f32x4.div(above, f32x4.add(splat(1), geluTail(splat(1), z)));
  }
  if (op == SQUAREPLUS) {
    const s = rootOf(x, a);
    const half = splat(0.5);
    return select(
      f32x4.ge(x, zero),
      fma(x, half, f32x4.mul(s, half)),
      // Halves, since the sum of two large numbers would overflow.
      f32x4.div(f32x4.mul(a, splat(0.25)), f32x4.sub(f32x4.mul(s, half), f32x4.mul(x, half))),
    );
  }
  if (op == LOG_SIGMOID) return f32x4.sub(f32x4.min(x, zero), log1p(decay(minusAbs(x))));
  if (op == TANHSHRINK) {
    // Near 0, where the difference cancels, by tanh's Padé approximant of degree 7/8, in which x cancels exactly.
    const q = f32x4.mul(x, x);
    const above = fma(fma(splat(27), q, splat(2772)), q, splat(45045));
    const below = fma(fma(fma(splat(28), q, splat(3150)), q, splat(62370)), q, splat(135135));
    const near = f32x4.mul(x, f32x4.mul(q, f32x4.div(above, below)));
    return select(f32x4.lt(f32x4.abs(x), splat(1.25)), near, f32x4.sub(x, tanh(x)));
  }
  if (op == SOFTSHRINK)
    return keepNaN(
      x,
      select(f32x4.gt(x, a), f32x4.sub(x, a), v128.and(f32x4.add(x, a), f32x4.lt(x, f32x4.neg(a)))),
    );
  if (op == HARDSHRINK) return keepNaN(x, v128.and(x, v128.or(f32x4.gt(x, a), f32x4.lt(x, f32x4.neg(a)))));
  if (op == THRESHOLD) return select(f32x4.le(x, a), b, x);
  return x;
}

// @ts-ignore: decorator
@inline
function forwardLoop(op: i32, x: usize, y: usize, n: usize, a: f32, b: f32): void {
  const av = splat(a);
  const bv = splat(b);
  const end = x + (n << 2);
  const vectors = x + ((n & ~3) << 2);
  while (x < vectors) {
    v128.store(y, forward(op, v128.load(x), av, bv));
    x += 16;
    y += 16;
  }
  while (x < end) {
    f32.store(y, f32x4.extract_lane(forward(op, v128.load32_zero(x), av, bv), 0));
    x += 4;
    y += 4;
  }
}

// One loop per function, each its own small wasm function: the engine then keeps everything in registers.
function forwardElu(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(ELU, x, y, n, a, b);
}
function forwardCelu(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(CELU, x, y, n, a, b);
}
function forwardSelu(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SELU, x, y, n, a, b);
}
function forwardMish(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(MISH, x, y, n, a, b);
}
function forwardSoftplus(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SOFTPLUS, x, y, n, a, b);
}
function forwardSigmoid(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SIGMOID, x, y, n, a, b);
}
function forwardTanh(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(TANH, x, y, n, a, b);
}
function forwardSoftsign(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SOFTSIGN, x, y, n, a, b);
}
function forwardHardtanh(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDTANH, x, y, n, a, b);
}
function forwardHardsigmoid(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDSIGMOID, x, y, n, a, b);
}
function forwardHardswish(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDSWISH, x, y, n, a, b);
}
function forwardGeluTanh(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(GELU_TANH, x, y, n, a, b);
}
function forwardSquareplus(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SQUAREPLUS, x, y, n, a, b);
}
function forwardLogSigmoid(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(LOG_SIGMOID, x, y, n, a, b);
}
function forwardTanhshrink(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(TANHSHRINK, x, y, n, a, b);
}
function forwardSoftshrink(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SOFTSHRINK, x, y, n, a, b);
}
function forwardHardshrink(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDSHRINK, x, y, n, a, b);
}
function forwardThreshold(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(THRESHOLD, x, y, n, a, b);
}

/** y[i] = f(x[i]) for n values. */
export function activation(op: i32, x: usize, y: usize, n: usize, a: f32, b: f32): void {
  if (op >= RELU && op <= LEAKY_RELU) rectify(op, x, y, n, a);
  else if (op == ELU) forwardElu(x, y, n, a, b);
  else if (op == CELU) forwardCelu(x, y, n, a, b);
  else if (op == SELU) forwardSelu(x, y, n, a, b);
  else if (op == SILU) silu(x, y, n);
  else if (op == MISH) forwardMish(x, y, n, a, b);
  else if (op == SOFTPLUS) forwardSoftplus(x, y, n, a, b);
  else if (op == SIGMOID) forwardSigmoid(x, y, n, a, b);
  else if (op == TANH) forwardTanh(x, y, n, a, b);
  else if (op == SOFTSIGN) forwardSoftsign(x, y, n, a, b);
  else if (op == HARDTANH) forwardHardtanh(x, y, n, a, b);
  else if (op == HARDSIGMOID) forwardHardsigmoid(x, y, n, a, b);
  else if (op == HARDSWISH) forwardHardswish(x, y, n, a, b);
  else if (op == GELU_TANH) forwardGeluTanh(x, y, n, a, b);
  else if (op == GELU) gelu(x, y, n);
  else if (op == SQUAREPLUS) forwardSquareplus(x, y, n, a, b);
  else if (op == LOG_SIGMOID) forwardLogSigmoid(x, y, n, a, b);
  else if (op == TANHSHRINK) forwardTanhshrink(x, y, n, a, b);
  else if (op == SOFTSHRINK) forwardSoftshrink(x, y, n, a, b);
  else if (op == HARDSHRINK) forwardHardshrink(x, y, n, a, b);
  else if (op == THRESHOLD) forwardThreshold(x, y, n, a, b);
}
