import {
  CELU, ELU, GELU, GELU_C, GELU_K, GELU_TANH, HARDSHRINK, HARDSIGMOID, HARDSWISH, HARDTANH, LOG_SIGMOID, MISH, SELU,
  SELU_ALPHA, SELU_SCALE, SIGMOID, SILU, SOFTPLUS, SOFTSHRINK, SOFTSIGN, SQUAREPLUS, TANH, TANHSHRINK, THRESHOLD,
  rootOf,
} from './activationCodes';
import { geluGrad } from './gelu';
import { LEAKY_RELU, RELU, rectifyGrad } from './rectifiers';
import { siluGrad } from './silu';
import { clamp, decay, exp, fma, keepNaN, minusAbs, select, sigmoid, splat, tanh } from './vector';

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

/** f'(x). */
// @ts-ignore: decorator
@inline
function derivative(op: i32, x: v128, a: v128, b: v128): v128 {
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
function backwardElu(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(ELU, dy, x, dx, n, a, b);
}
function backwardCelu(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(CELU, dy, x, dx, n, a, b);
}
function backwardSelu(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SELU, dy, x, dx, n, a, b);
}
function backwardMish(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(MISH, dy, x, dx, n, a, b);
}
function backwardSoftplus(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SOFTPLUS, dy, x, dx, n, a, b);
}
function backwardSigmoid(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SIGMOID, dy, x, dx, n, a, b);
}
function backwardTanh(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(TANH, dy, x, dx, n, a, b);
}
function backwardSoftsign(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SOFTSIGN, dy, x, dx, n, a, b);
}
function backwardHardtanh(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDTANH, dy, x, dx, n, a, b);
}
function backwardHardsigmoid(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDSIGMOID, dy, x, dx, n, a, b);
}
function backwardHardswish(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDSWISH, dy, x, dx, n, a, b);
}
function backwardGeluTanh(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(GELU_TANH, dy, x, dx, n, a, b);
}
function backwardSquareplus(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SQUAREPLUS, dy, x, dx, n, a, b);
}
function backwardLogSigmoid(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(LOG_SIGMOID, dy, x, dx, n, a, b);
}
function backwardTanhshrink(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(TANHSHRINK, dy, x, dx, n, a, b);
}
function backwardSoftshrink(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(SOFTSHRINK, dy, x, dx, n, a, b);
}
function backwardHardshrink(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(HARDSHRINK, dy, x, dx, n, a, b);
}
function backwardThreshold(dy: usize, x: usize, dx: usize, n: usize, a: f32, b: f32): void {
  backwardLoop(THRESHOLD, dy, x, dx, n, a, b);
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
