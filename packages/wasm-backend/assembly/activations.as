import {
  clamp, decay, exp, expm1, fma, keepNaN, log1p, minusAbs, select, sigmoid, softplus, splat, tanh, timesExp,
} from './vector';
import { gelu, geluGrad } from './gelu';
import { LEAKY_RELU, RELU, RELU6, rectify, rectifyGrad } from './rectifiers';
import { silu, siluGrad } from './silu';

// The numbers are shared with src/native/activationCodes.ts.
const ELU = 3;
const CELU = 4;
const SELU = 5;
const SILU = 6;
const MISH = 7;
const SOFTPLUS = 8;
const SIGMOID = 9;
const TANH = 10;
const SOFTSIGN = 11;
const HARDTANH = 12;
const HARDSIGMOID = 13;
const HARDSWISH = 14;
const GELU_TANH = 15;
const GELU = 16;
const SQUAREPLUS = 17;
const LOG_SIGMOID = 18;
const TANHSHRINK = 19;
const SOFTSHRINK = 20;
const HARDSHRINK = 21;
const THRESHOLD = 22;

const SELU_SCALE: f32 = 1.0507009873554805;
const SELU_ALPHA: f32 = 1.6732632423543772;
const GELU_K: f32 = 0.7978845608028654;
const GELU_C: f32 = 0.044715;

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
export function forward(op: i32, x: v128, a: v128, b: v128): v128 {
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

/** The derivative of x · sigmoid(u): s (1 + x u' (1 − s)) with s = sigmoid(u); 1 − s without cancellation. */
// @ts-ignore: decorator
@inline
function gated(u: v128, slope: v128, x: v128): v128 {
  const e = decay(minusAbs(u));
  const r = f32x4.div(splat(1), f32x4.add(splat(1), e));
  const er = f32x4.mul(e, r);
  const negative = f32x4.lt(u, splat(0));
  const s = select(negative, er, r);
  return f32x4.mul(s, fma(f32x4.mul(x, slope), select(negative, r, er), splat(1)));
}

/** √(x² + b) without overflow. */
// @ts-ignore: decorator
@inline
function rootOf(x: v128, b: v128): v128 {
  const large = f32x4.gt(f32x4.abs(x), splat(1e15));
  return select(large, f32x4.abs(x), f32x4.sqrt(f32x4.add(f32x4.mul(x, x), b)));
}

/** f'(x). */
// @ts-ignore: decorator
@inline
export function derivative(op: i32, x: v128, a: v128, b: v128): v128 {
  const zero = splat(0);
  const one = splat(1);
  if (op == ELU) return select(f32x4.gt(x, zero), one, f32x4.mul(a, decay(f32x4.pmin(x, zero))));
  if (op == CELU) return decay(f32x4.pmin(f32x4.div(x, a), zero));
  if (op == SELU)
    return select(
      f32x4.gt(x, zero),
      splat(SELU_SCALE),
      f32x4.mul(splat(SELU_SCALE * SELU_ALPHA), decay(f32x4.pmin(x, zero))),
    );
  if (op == MISH) {
    const c = clamp(x, -200, 30);
    const e = exp(c);
    const n = f32x4.mul(e, f32x4.add(e, splat(2)));
    const d = f32x4.add(n, splat(2));
    const t = f32x4.div(n, d);
    // 1 − t² = 4 (e² + 2e + 1) / d²
    const e1 = f32x4.add(e, one);
    const ratio = f32x4.div(f32x4.add(e1, e1), d);
    return fma(f32x4.mul(c, f32x4.div(e, e1)), f32x4.mul(ratio, ratio), t);
  }
  if (op == SOFTPLUS) {
    const z = f32x4.mul(x, a);
    return select(f32x4.gt(z, b), one, sigmoid(z));
  }
  if (op == SIGMOID) {
    const e = decay(minusAbs(x));
    const d = f32x4.add(one, e);
    return f32x4.div(e, f32x4.mul(d, d));
  }
  if (op == TANH) {
    // 1 − tanh² = 4e / (1 + e)² with e = exp(−2|x|): keeps the tails.
    const e = decay(f32x4.mul(minusAbs(x), splat(2)));
    const d = f32x4.add(one, e);
    return f32x4.div(f32x4.mul(splat(4), e), f32x4.mul(d, d));
  }
  if (op == SOFTSIGN) {
    const d = f32x4.add(one, f32x4.abs(x));
    return f32x4.div(f32x4.div(one, d), d);
  }
  if (op == HARDTANH) return keepNaN(x, v128.and(one, v128.and(f32x4.gt(x, a), f32x4.lt(x, b))));
  if (op == HARDSIGMOID)
    return keepNaN(x, v128.and(splat(1.0 / 6.0), v128.and(f32x4.gt(x, splat(-3)), f32x4.lt(x, splat(3)))));
  if (op == HARDSWISH) {
    const middle = f32x4.add(f32x4.div(x, splat(3)), splat(0.5));
    return select(f32x4.ge(x, splat(-3)), select(f32x4.ge(x, splat(3)), one, middle), keepNaN(x, zero));
  }
  if (op == GELU_TANH) {
    const c = clamp(x, -20, 20);
    const c2 = f32x4.mul(c, c);
    const u2 = f32x4.mul(splat(2 * GELU_K), fma(f32x4.mul(splat(GELU_C), c2), c, c));
    const slope = f32x4.mul(splat(2 * GELU_K), fma(splat(3 * GELU_C), c2, one));
    return gated(u2, slope, c);
  }
  if (op == SQUAREPLUS) {
    const s = rootOf(x, a);
    const half = splat(0.5);
    const ratio = select(f32x4.gt(x, splat(1e15)), one, f32x4.div(x, s));
    return select(
      f32x4.lt(x, zero),
      f32x4.div(f32x4.mul(a, half), f32x4.mul(s, f32x4.sub(s, x))),
      fma(half, ratio, half),
    );
  }
  if (op == LOG_SIGMOID) return sigmoid(f32x4.neg(x));
  if (op == TANHSHRINK) {
    const t = tanh(x);
    return f32x4.mul(t, t);
  }
  if (op == SOFTSHRINK || op == HARDSHRINK)
    return keepNaN(x, v128.and(one, v128.or(f32x4.gt(x, a), f32x4.lt(x, f32x4.neg(a)))));
  if (op == THRESHOLD) return keepNaN(x, v128.and(one, f32x4.gt(x, a)));
  return one;
}

/** dy · f'(x): a product, but no 0 · ∞ where the piecewise-linear functions are off. */
// @ts-ignore: decorator
@inline
function backward(op: i32, dy: v128, x: v128, a: v128, b: v128): v128 {
  const zero = splat(0);
  if (op == HARDTANH) return keepNaN(x, v128.and(dy, v128.and(f32x4.gt(x, a), f32x4.lt(x, b))));
  if (op == SOFTSHRINK || op == HARDSHRINK)
    return keepNaN(x, v128.and(dy, v128.or(f32x4.gt(x, a), f32x4.lt(x, f32x4.neg(a)))));
  if (op == THRESHOLD) return keepNaN(x, v128.and(dy, f32x4.gt(x, a)));
  return f32x4.mul(dy, derivative(op, x, a, b));
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

// @ts-ignore: decorator
@inline
function backwardLoop(op: i32, dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  const av = splat(a);
  const bv = splat(b);
  const end = x + (n << 2);
  const vectors = x + ((n & ~3) << 2);
  while (x < vectors) {
    v128.store(dx, backward(op, v128.load(dy), v128.load(x), av, bv));
    x += 16;
    dy += 16;
    dx += 16;
  }
  while (x < end) {
    f32.store(dx, f32x4.extract_lane(backward(op, v128.load32_zero(dy), v128.load32_zero(x), av, bv), 0));
    x += 4;
    dy += 4;
    dx += 4;
  }
}

// One loop per function, each its own small wasm function: the engine then keeps everything in registers.
function forwardElu(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(ELU, x, y, n, a, b);
}
function backwardElu(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(ELU, dy, x, dx, n, a, b);
}
function forwardCelu(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(CELU, x, y, n, a, b);
}
function backwardCelu(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(CELU, dy, x, dx, n, a, b);
}
function forwardSelu(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SELU, x, y, n, a, b);
}
function backwardSelu(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SELU, dy, x, dx, n, a, b);
}
function forwardMish(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(MISH, x, y, n, a, b);
}
function backwardMish(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(MISH, dy, x, dx, n, a, b);
}
function forwardSoftplus(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SOFTPLUS, x, y, n, a, b);
}
function backwardSoftplus(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SOFTPLUS, dy, x, dx, n, a, b);
}
function forwardSigmoid(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SIGMOID, x, y, n, a, b);
}
function backwardSigmoid(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SIGMOID, dy, x, dx, n, a, b);
}
function forwardTanh(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(TANH, x, y, n, a, b);
}
function backwardTanh(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(TANH, dy, x, dx, n, a, b);
}
function forwardSoftsign(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SOFTSIGN, x, y, n, a, b);
}
function backwardSoftsign(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SOFTSIGN, dy, x, dx, n, a, b);
}
function forwardHardtanh(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDTANH, x, y, n, a, b);
}
function backwardHardtanh(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDTANH, dy, x, dx, n, a, b);
}
function forwardHardsigmoid(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDSIGMOID, x, y, n, a, b);
}
function backwardHardsigmoid(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDSIGMOID, dy, x, dx, n, a, b);
}
function forwardHardswish(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDSWISH, x, y, n, a, b);
}
function backwardHardswish(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDSWISH, dy, x, dx, n, a, b);
}
function forwardGeluTanh(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(GELU_TANH, x, y, n, a, b);
}
function backwardGeluTanh(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(GELU_TANH, dy, x, dx, n, a, b);
}
function forwardSquareplus(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SQUAREPLUS, x, y, n, a, b);
}
function backwardSquareplus(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SQUAREPLUS, dy, x, dx, n, a, b);
}
function forwardLogSigmoid(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(LOG_SIGMOID, x, y, n, a, b);
}
function backwardLogSigmoid(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(LOG_SIGMOID, dy, x, dx, n, a, b);
}
function forwardTanhshrink(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(TANHSHRINK, x, y, n, a, b);
}
function backwardTanhshrink(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(TANHSHRINK, dy, x, dx, n, a, b);
}
function forwardSoftshrink(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(SOFTSHRINK, x, y, n, a, b);
}
function backwardSoftshrink(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SOFTSHRINK, dy, x, dx, n, a, b);
}
function forwardHardshrink(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(HARDSHRINK, x, y, n, a, b);
}
function backwardHardshrink(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDSHRINK, dy, x, dx, n, a, b);
}
function forwardThreshold(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  forwardLoop(THRESHOLD, x, y, n, a, b);
}
function backwardThreshold(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(THRESHOLD, dy, x, dx, n, a, b);
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

/** dx[i] = dy[i] · f'(x[i]) for n values. */
export function activationGrad(op: i32, dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  if (op >= RELU && op <= LEAKY_RELU) rectifyGrad(op, dy, x, dx, n, a);
  else if (op == ELU) backwardElu(dy, x, dx, n, a, b);
  else if (op == CELU) backwardCelu(dy, x, dx, n, a, b);
  else if (op == SELU) backwardSelu(dy, x, dx, n, a, b);
  else if (op == SILU) siluGrad(dy, x, dx, n);
  else if (op == MISH) backwardMish(dy, x, dx, n, a, b);
  else if (op == SOFTPLUS) backwardSoftplus(dy, x, dx, n, a, b);
  else if (op == SIGMOID) backwardSigmoid(dy, x, dx, n, a, b);
  else if (op == TANH) backwardTanh(dy, x, dx, n, a, b);
  else if (op == SOFTSIGN) backwardSoftsign(dy, x, dx, n, a, b);
  else if (op == HARDTANH) backwardHardtanh(dy, x, dx, n, a, b);
  else if (op == HARDSIGMOID) backwardHardsigmoid(dy, x, dx, n, a, b);
  else if (op == HARDSWISH) backwardHardswish(dy, x, dx, n, a, b);
  else if (op == GELU_TANH) backwardGeluTanh(dy, x, dx, n, a, b);
  else if (op == GELU) geluGrad(dy, x, dx, n);
  else if (op == SQUAREPLUS) backwardSquareplus(dy, x, dx, n, a, b);
  else if (op == LOG_SIGMOID) backwardLogSigmoid(dy, x, dx, n, a, b);
  else if (op == TANHSHRINK) backwardTanhshrink(dy, x, dx, n, a, b);
  else if (op == SOFTSHRINK) backwardSoftshrink(dy, x, dx, n, a, b);
  else if (op == HARDSHRINK) backwardHardshrink(dy, x, dx, n, a, b);
  else if (op == THRESHOLD) backwardThreshold(dy, x, dx, n, a, b);
}
