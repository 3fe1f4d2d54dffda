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

/** −|x|, in one instruction. */
// @ts-ignore: decorator
@inline
export function minusAbs(x: v128): v128 {
  return v128.or(x, splat(-0.0));
}

/**
 * True where u = −|x| lies above the limit. The order of floats of one sign is that of their bits, and integers are compared
 * where less else waits; a NaN is beyond.
 */
// @ts-ignore: decorator
@inline
export function within(u: v128, limit: v128): v128 {
  return i32x4.lt_s(u, limit);
}

/** Stores four values, or the first alone. */
// @ts-ignore: decorator
@inline
export function put(to: usize, v: v128, whole: bool): void {
  if (whole) v128.store(to, v);
  else f32.store(to, f32x4.extract_lane(v, 0));
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

/** (exp(r) − 1 − r) / r² for |r| ≤ 0.44; 2e-8 of exp(r). */
// @ts-ignore: decorator
@inline
function curvature(r: v128): v128 {
  let p = splat(1.39882816767204e-3);
  p = fma(p, r, splat(8.3907010590774e-3));
  p = fma(p, r, splat(4.16654678624071e-2));
  p = fma(p, r, splat(1.66662821467762e-1));
  return fma(p, r, splat(0.500000039910627));
}

// @ts-ignore: decorator
@inline
function expReduced(r: v128): v128 {
  return fma(fma(curvature(r), r, splat(1)), r, splat(1));
}

/** exp(r) for |r| ≤ ln 2 / 2, one product shorter: 1e-7 of it. */
// @ts-ignore: decorator
@inline
function shortExp(r: v128): v128 {
  let p = splat(8.374646697812073e-3);
  p = fma(p, r, splat(4.189831381202634e-2));
  p = fma(p, r, splat(0.16666457181946595));
  p = fma(p, r, splat(0.4999914673183122));
  return fma(fma(p, r, splat(1)), r, splat(1));
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
  return f32x4.mul(f32x4.mul(f32x4.mul(expReduced(r), y), twoTo(half)), twoTo(i32x4.sub(i, half)));
}

/** exp(x) over the whole float32 range, subnormal results included. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return timesExp(splat(1), x);
}

/** Results below 2⁻¹²⁶ are computed as 2⁶⁴ times themselves, and rounded once at the end. */
export const UNSCALE: f32 = 5.421010862427522e-20;
const SHIFTED: f32 = 12582976;
const ONE_BITS: i32 = 0x3f800000;

/** 2⁶⁴ p 2ⁿ for t = n + SHIFTED. NaN stays: it goes through products only. */
// @ts-ignore: decorator
@inline
function shifted(p: v128, t: v128): v128 {
  return f32x4.mul(p, i32x4.add(i32x4.shl(t, 23), i32x4.splat(ONE_BITS)));
}

// @ts-ignore: decorator
@inline
function shiftedPower(x: v128): v128 {
  return fma(x, splat(1.44269504088896), splat(SHIFTED));
}

/** 2⁶⁴ exp(x) for −120 ≤ x ≤ 0, to 3e-7. */
// @ts-ignore: decorator
@inline
export function scaledExp(x: v128): v128 {
  const t = shiftedPower(x);
  return shifted(shortExp(reduce(x, f32x4.sub(t, splat(SHIFTED)))), t);
}

/** exp(x) for x ≤ 0, subnormal results included. */
// @ts-ignore: decorator
@inline
export function decay(x: v128): v128 {
  const c = f32x4.pmax(x, splat(-104));
  const t = shiftedPower(c);
  return f32x4.mul(shifted(expReduced(reduce(c, f32x4.sub(t, splat(SHIFTED)))), t), splat(UNSCALE));
}

/** exp(x) − 1 without cancellation near 0; for x ≤ 0. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const c = f32x4.pmax(x, splat(-30));
  const t = fma(c, splat(1.44269504088896), splat(MAGIC));
  const r = reduce(c, f32x4.sub(t, splat(MAGIC)));
  const scale = i32x4.add(i32x4.shl(t, 23), i32x4.splat(ONE_BITS));
  return fma(scale, fma(f32x4.mul(r, r), curvature(r), r), f32x4.sub(scale, splat(1)));
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
  const e = decay(minusAbs(x));
  return f32x4.div(select(f32x4.lt(x, splat(0)), e, splat(1)), f32x4.add(splat(1), e));
}

/** tanh(x), with relative accuracy near 0 and the sign of a zero kept. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const e = expm1(f32x4.mul(minusAbs(x), splat(2)));
  const t = f32x4.div(f32x4.neg(e), f32x4.add(e, splat(2)));
  return v128.or(t, v128.and(x, splat(-0.0)));
}

/** log(1 + exp(x)). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), log1p(decay(minusAbs(x))));
}

/** 2⁶⁴ exp(−u² / 2) for |u| ≤ 15: the square of u's leading bits is exact, so a large exponent costs no digits. */
// @ts-ignore: decorator
@inline
export function scaledGauss(u: v128): v128 {
  const h = v128.and(u, i32x4.splat(0xfffff000));
  const half = f32x4.mul(u, splat(-0.5)), halfH = f32x4.mul(h, splat(-0.5));
  // (u² − h²) / −2
  const rest = f32x4.mul(f32x4.sub(u, h), f32x4.add(half, halfH));
  const x = f32x4.mul(halfH, h);
  const t = shiftedPower(x);
  return shifted(expReduced(f32x4.add(reduce(x, f32x4.sub(t, splat(SHIFTED))), rest)), t);
}

/**
 * Φ(u) exp(u² / 2) of the standard normal distribution for −14 ≤ u ≤ 0: w P(w) with w = 1 / (3 − u), a minimax polynomial
 * (relative error 4e-8, and 3e-7 with its roundings).
 */
// @ts-ignore: decorator
@inline
export function millsRatio(u: v128): v128 {
  const w = f32x4.div(splat(1), f32x4.sub(splat(3), u));
  let p = splat(-453.24867171055615);
  p = fma(p, w, splat(858.4717719116938));
  p = fma(p, w, splat(-598.7787569946386));
  p = fma(p, w, splat(161.6473572058673));
  p = fma(p, w, splat(-13.41990589588504));
  p = fma(p, w, splat(9.774594158241));
  p = fma(p, w, splat(3.0302921368981095));
  p = fma(p, w, splat(1.2023972609481106));
  p = fma(p, w, splat(0.39886056447640994));
  return f32x4.mul(w, p);
}
