// Four-lane float32 helpers. Nothing here may need static data: the module lives on another program's heap.

/** a · b + c; fused where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
export function select(mask: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, mask);
}

/** All ones (a NaN) where x is NaN, else `value`. */
// @ts-ignore: decorator
@inline
export function keepNaN(x: v128, value: v128): v128 {
  return v128.or(value, f32x4.ne(x, x));
}

// @ts-ignore: decorator
@inline
function twoTo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** exp(r) − 1 for |r| ≤ ln 2 / 2, to about one unit in the last place. */
// @ts-ignore: decorator
@inline
function expm1Reduced(r: v128): v128 {
  let p = splat(1.98412698412698e-4);
  p = fma(p, r, splat(1.38888888888889e-3));
  p = fma(p, r, splat(8.33333333333333e-3));
  p = fma(p, r, splat(4.16666666666667e-2));
  p = fma(p, r, splat(1.66666666666667e-1));
  p = fma(p, r, splat(0.5));
  return fma(f32x4.mul(r, r), p, r);
}

/** exp(x) over the whole float32 range, subnormal results included. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const c = f32x4.max(f32x4.min(x, splat(89)), splat(-104));
  const n = f32x4.nearest(f32x4.mul(c, splat(1.44269504088896)));
  // ln 2 in two parts: n times the first is exact.
  let r = f32x4.sub(c, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440054691e-4)));
  const i = i32x4.trunc_sat_f32x4_s(n);
  // Two factors, so that neither overflows nor goes subnormal before the last product.
  const half = i32x4.shr_s(i, 1);
  const p = f32x4.add(expm1Reduced(r), splat(1));
  return f32x4.mul(f32x4.mul(p, twoTo(half)), twoTo(i32x4.sub(i, half)));
}

/** exp(x) − 1 without cancellation near 0; for x ≤ 88. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const c = f32x4.max(f32x4.min(x, splat(88)), splat(-30));
  const n = f32x4.nearest(f32x4.mul(c, splat(1.44269504088896)));
  let r = f32x4.sub(c, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440054691e-4)));
  const scale = twoTo(i32x4.trunc_sat_f32x4_s(n));
  return fma(scale, expm1Reduced(r), f32x4.sub(scale, splat(1)));
}

/** log(1 + t) for 0 ≤ t ≤ 1. */
// @ts-ignore: decorator
@inline
export function log1p(t: v128): v128 {
  const s = f32x4.div(t, f32x4.add(t, splat(2)));
  const q = f32x4.mul(s, s);
  let p = splat(0.0666666666666667);
  p = fma(p, q, splat(0.0769230769230769));
  p = fma(p, q, splat(0.0909090909090909));
  p = fma(p, q, splat(0.111111111111111));
  p = fma(p, q, splat(0.142857142857143));
  p = fma(p, q, splat(0.2));
  p = fma(p, q, splat(0.333333333333333));
  const s2 = f32x4.add(s, s);
  return fma(f32x4.mul(s2, q), p, s2);
}

/** 1 / (1 + exp(−x)), with relative accuracy in both tails. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(select(f32x4.lt(x, splat(0)), e, splat(1)), f32x4.add(splat(1), e));
}

/** tanh(x), with relative accuracy near 0 and the sign of a zero kept. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const e = expm1(f32x4.mul(f32x4.abs(x), splat(-2)));
  const t = f32x4.div(f32x4.neg(e), f32x4.add(e, splat(2)));
  return v128.or(t, v128.and(x, splat(-0.0)));
}

/** log(1 + exp(x)). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.max(x, splat(0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
}
