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

/** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits. */
const MAGIC: f32 = 12582912;
const MAGIC_BITS: i32 = 0x4b400000;

// @ts-ignore: decorator
@inline
function twoTo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** x within low … high; NaN stays (min and max proper take many instructions on x64, these one). */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, low: f32, high: f32): v128 {
  return f32x4.pmax(f32x4.pmin(x, splat(high)), splat(low));
}

/** x − n ln 2, with ln 2 in two parts: n times the first is exact. */
// @ts-ignore: decorator
@inline
function reduce(x: v128, n: v128): v128 {
  return fma(n, splat(2.12194440054691e-4), fma(n, splat(-0.693359375), x));
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

/**
 * y · exp(x), rounded once where it is subnormal. Below −110, where a float32 times it is 0 unless it is enormous, x counts
 * as −110.
 */
// @ts-ignore: decorator
@inline
export function timesExp(y: v128, x: v128): v128 {
  const c = clamp(x, -110, 89);
  const t = fma(c, splat(1.44269504088896), splat(MAGIC));
  const r = reduce(c, f32x4.sub(t, splat(MAGIC)));
  const i = i32x4.sub(t, i32x4.splat(MAGIC_BITS));
  // Two factors, so that neither overflows nor goes subnormal before the last product.
  const half = i32x4.shr_s(i, 1);
  const p = f32x4.add(expm1Reduced(r), splat(1));
  return f32x4.mul(f32x4.mul(f32x4.mul(p, y), twoTo(half)), twoTo(i32x4.sub(i, half)));
}

/** exp(x) over the whole float32 range, subnormal results included. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return timesExp(splat(1), x);
}

/** exp(x) − 1 without cancellation near 0; for x ≤ 88. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const c = clamp(x, -30, 88);
  const t = fma(c, splat(1.44269504088896), splat(MAGIC));
  const r = reduce(c, f32x4.sub(t, splat(MAGIC)));
  const scale = twoTo(i32x4.sub(t, i32x4.splat(MAGIC_BITS)));
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
  // Doubled before it is divided: a half of a subnormal would be rounded.
  const s2 = f32x4.div(f32x4.add(t, t), f32x4.add(t, splat(2)));
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
  return f32x4.add(f32x4.pmax(x, splat(0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
}

/** y · exp(−z² / 2) for 0 ≤ z ≤ 20: the square of z's leading bits is exact, so a large exponent costs no digits. */
// @ts-ignore: decorator
@inline
export function gauss(y: v128, z: v128): v128 {
  const h = v128.and(z, i32x4.splat(0xfffff000));
  const rest = f32x4.mul(splat(-0.5), f32x4.mul(f32x4.sub(z, h), f32x4.add(z, h)));
  const e = timesExp(y, f32x4.mul(splat(-0.5), f32x4.mul(h, h)));
  return fma(e, expm1Reduced(rest), e);
}

/**
 * y · Φ(−z), Φ(−z) = erfc(z / √2) / 2 of the standard normal distribution, for 0 ≤ z ≤ 20, given e = y · exp(−z² / 2)
 * (polynomials: Cephes, ndtrf.c).
 */
// @ts-ignore: decorator
@inline
export function normalTail(y: v128, z: v128, e: v128): v128 {
  const a = f32x4.mul(z, splat(0.707106781186547524));
  const near = f32x4.mul(a, a);
  let t = splat(7.853861353153693e-5);
  t = fma(t, near, splat(-8.010193625184903e-4));
  t = fma(t, near, splat(5.188327685732524e-3));
  t = fma(t, near, splat(-2.685381193529856e-2));
  t = fma(t, near, splat(1.128358514861418e-1));
  t = fma(t, near, splat(-3.761262582423300e-1));
  t = fma(t, near, splat(1.128379165726710));
  const low = f32x4.mul(y, f32x4.sub(splat(1), f32x4.mul(a, t)));
  const q = f32x4.div(splat(1), f32x4.pmax(a, splat(0.5)));
  const v = f32x4.mul(q, q);
  let p = splat(2.326819970068386e-2);
  p = fma(p, v, splat(-1.387039388740657e-1));
  p = fma(p, v, splat(3.687424674597105e-1));
  p = fma(p, v, splat(-5.824733027278666e-1));
  p = fma(p, v, splat(6.210004621745983e-1));
  p = fma(p, v, splat(-4.944515323274145e-1));
  p = fma(p, v, splat(3.404879937665872e-1));
  p = fma(p, v, splat(-2.741127028184656e-1));
  p = fma(p, v, splat(5.638259427386472e-1));
  // Beyond 2√2 another polynomial; few values lie there.
  const far = f32x4.ge(a, splat(2));
  if (v128.any_true(far)) p = select(far, farTail(v), p);
  const high = f32x4.mul(f32x4.mul(e, q), p);
  return f32x4.mul(splat(0.5), select(f32x4.lt(a, splat(1)), low, high));
}

function farTail(y: v128): v128 {
  let r = splat(-1.047766399936249e1);
  r = fma(r, y, splat(1.297719955372516e1));
  r = fma(r, y, splat(-7.495518717768503));
  r = fma(r, y, splat(2.921019019210786));
  r = fma(r, y, splat(-1.015265279202700));
  r = fma(r, y, splat(4.218463358204948e-1));
  r = fma(r, y, splat(-2.820767439740514e-1));
  r = fma(r, y, splat(5.641895067754075e-1));
  return r;
}
