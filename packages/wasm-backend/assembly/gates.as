import { fma, millsRatio, minusAbs, scaledExp, scaledGauss, select, splat, UNSCALE } from './vector';

// silu(x) = x σ(x) and gelu(x) = x Φ(x), with their slopes. Near 0, where nearly every value lies, by formulas without care for
// subnormal numbers and infinities; farther out by others. What is wanted of both is computed from one exponential.

/** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits. */
const MAGIC: f32 = 12582912;

/** −1 / √(2π): gelu's slope needs the density of the normal distribution, and the quotient of polynomials tends to it. */
const DENSITY: f64 = -0.3989422804014327;

/**
 * How far out the formulas for values near 0 hold: where a product is rounded before it is added to, an exponent of 8 or
 * more costs a digit.
 */
// @ts-ignore: decorator
@inline
function edge(isGelu: bool): f32 {
  if (ASC_FEATURE_RELAXED_SIMD) return isGelu ? -3.6 : -11;
  return isGelu ? -3.3 : -5.5;
}

/** scale · exp(x · factor) in float32's normal range: 2ʳ by a polynomial (error 9e-8 of it), then the exponent moved. */
// @ts-ignore: decorator
@inline
function plainExp(x: v128, factor: f32, scale: f64): v128 {
  const t = fma(x, splat(factor), splat(MAGIC));
  const r = fma(x, splat(factor), f32x4.sub(splat(MAGIC), t));
  let p = splat(<f32>(scale * 0.00132647));
  p = fma(p, r, splat(<f32>(scale * 0.00967152)));
  p = fma(p, r, splat(<f32>(scale * 0.05550734)));
  p = fma(p, r, splat(<f32>(scale * 0.24022242)));
  p = fma(p, r, splat(<f32>(scale * 0.69314698)));
  p = fma(p, r, splat(<f32>scale));
  return i32x4.add(p, i32x4.shl(t, 23));
}

/** −Φ(u) exp(u² / 2) √(2π) for −3.6 ≤ u ≤ 0: a quotient of polynomials whose first coefficients are 1 (error 7e-8 of it). */
// @ts-ignore: decorator
@inline
function millsNear(u: v128): v128 {
  let p = f32x4.add(u, splat(-7.467083930969238));
  p = fma(p, u, splat(23.505990982055664));
  p = fma(p, u, splat(-33.9818115234375));
  let q = f32x4.add(u, splat(-7.460638999938965));
  q = fma(q, u, splat(24.627464294433594));
  q = fma(q, u, splat(-40.38845443725586));
  q = fma(q, u, splat(27.11356544494629));
  return f32x4.div(p, q);
}

/** ½ + g where x is negative, ½ − g elsewhere, for a slope of ½ + g at −|x|: it is symmetric about (0, ½). */
// @ts-ignore: decorator
@inline
function rising(x: v128, g: v128): v128 {
  return f32x4.sub(splat(0.5), v128.xor(g, v128.and(x, splat(-0.0))));
}

/** Stores four values, or the first alone. */
// @ts-ignore: decorator
@inline
function put(to: usize, v: v128, whole: bool): void {
  if (whole) v128.store(to, v);
  else f32.store(to, f32x4.extract_lane(v, 0));
}

// @ts-ignore: decorator
@inline
function valueNear(isGelu: bool, x: v128, u: v128, e: v128, m: v128): v128 {
  // With u = −|x|: x Φ(x) = max(x, 0) + u Φ(u).
  if (isGelu) return fma(u, f32x4.mul(e, m), f32x4.pmax(x, splat(0)));
  return f32x4.mul(x, m);
}

// @ts-ignore: decorator
@inline
function slopeNear(isGelu: bool, x: v128, u: v128, e: v128, m: v128): v128 {
  // Φ(u) + u φ(u) on the left, 1 less that on the right; σ(x) (1 + x (1 − σ(x))).
  if (isGelu) return rising(x, fma(e, f32x4.sub(m, u), splat(-0.5)));
  return f32x4.mul(m, fma(x, f32x4.mul(e, m), splat(1)));
}

/** What value and slope share: for gelu the density of u = −|x| and the quotient, for silu exp(−x) and σ(x). */
// @ts-ignore: decorator
@inline
function shareOf(isGelu: bool, x: v128, u: v128): v128 {
  return isGelu ? plainExp(f32x4.mul(u, u), -0.7213475204444817, DENSITY) : plainExp(x, -1.4426950408889634, 1);
}

// @ts-ignore: decorator
@inline
function gateOf(isGelu: bool, u: v128, e: v128): v128 {
  return isGelu ? millsNear(u) : f32x4.div(splat(1), f32x4.add(e, splat(1)));
}

/** f and its slope at n values wherever they lie, subnormal results and infinities included; not stored at 0. */
function anywhere(isGelu: bool, x: usize, y: usize, dy: usize, d: usize, n: usize): void {
  while (n > 0) {
    const whole = n >= 4;
    const v = whole ? v128.load(x) : v128.load32_zero(x);
    const v0 = minusAbs(v);
    const isNear = f32x4.gt(v0, splat(edge(isGelu)));
    const e = shareOf(isGelu, v, v0), m = gateOf(isGelu, v0, e);
    let value: v128, slope: v128;
    if (isGelu) {
      const u = f32x4.pmax(v0, splat(-15));
      const g = scaledGauss(u), r = millsRatio(u);
      value = fma(f32x4.mul(u, f32x4.mul(g, r)), splat(UNSCALE), f32x4.pmax(v, splat(0)));
      slope = f32x4.mul(f32x4.mul(g, fma(u, splat(0.398942280401432678), r)), splat(UNSCALE));
    } else {
      // With u = −|x|, e = exp(u) and r = 1 / (1 + e): max(x, 0) + u e r, and e r (1 + u r).
      const u = f32x4.pmax(v0, splat(-110));
      const g = scaledExp(u);
      const r = f32x4.div(splat(1), fma(g, splat(UNSCALE), splat(1)));
      const gr = f32x4.mul(g, r);
      value = fma(f32x4.mul(u, gr), splat(UNSCALE), f32x4.pmax(v, splat(0)));
      slope = f32x4.mul(f32x4.mul(gr, fma(u, r, splat(1))), splat(UNSCALE));
    }
    // Not by the difference from ½, in which the tail on the left would be lost.
    const right = f32x4.ge(v, splat(0));
    slope = f32x4.add(v128.and(right, splat(1)), v128.xor(slope, v128.and(right, splat(-0.0))));
    const bytes: usize = whole ? 16 : 4;
    if (y != 0) {
      put(y, select(isNear, valueNear(isGelu, v, v0, e, m), value), whole);
      y += bytes;
    }
    if (d != 0) {
      slope = select(isNear, slopeNear(isGelu, v, v0, e, m), slope);
      if (dy != 0) {
        slope = f32x4.mul(slope, whole ? v128.load(dy) : v128.load32_zero(dy));
        dy += bytes;
      }
      put(d, slope, whole);
      d += bytes;
    }
    x += bytes;
    n -= whole ? 4 : 1;
  }
}

/**
 * Negative, as integers, where −|x| is above the limit: the order of floats of one sign is that of their bits, and integers are
 * compared where less else waits. A NaN is beyond.
 */
// @ts-ignore: decorator
@inline
function within(u: v128, limit: v128): v128 {
  return i32x4.sub(u, limit);
}

const VALUE = 1;
const SLOPE = 2;

/** Four values near 0: stores what is `wanted`, the slope times dy unless the value is wanted too. */
// @ts-ignore: decorator
@inline
function fourNear(isGelu: bool, wanted: i32, x: v128, u: v128, y: usize, dy: usize, d: usize): void {
  const e = shareOf(isGelu, x, u), m = gateOf(isGelu, u, e);
  if (wanted & VALUE) v128.store(y, valueNear(isGelu, x, u, e, m));
  if (wanted == SLOPE) v128.store(d, f32x4.mul(v128.load(dy), slopeNear(isGelu, x, u, e, m)));
  else if (wanted & SLOPE) v128.store(d, slopeNear(isGelu, x, u, e, m));
}

// @ts-ignore: decorator
@inline
function each(isGelu: bool, wanted: i32, x: usize, y: usize, dy: usize, d: usize, n: usize): void {
  const limit = splat(edge(isGelu));
  const end = x + ((n & ~7) << 2);
  // Left at its end, and what is rare in a function of its own: the engine takes out of a loop only what every turn computes,
  // and there are many constants.
  if (x < end) do {
    const x0 = v128.load(x), x1 = v128.load(x, 16);
    const u0 = minusAbs(x0), u1 = minusAbs(x1);
    fourNear(isGelu, wanted, x0, u0, y, dy, d);
    fourNear(isGelu, wanted, x1, u1, y + 16, dy + 16, d + 16);
    if (i32x4.bitmask(v128.and(within(u0, limit), within(u1, limit))) != 15)
      anywhere(isGelu, x, wanted & VALUE ? y : 0, wanted == SLOPE ? dy : 0, wanted & SLOPE ? d : 0, 8);
    x += 32;
    if (wanted & VALUE) y += 32;
    if (wanted == SLOPE) dy += 32;
    if (wanted & SLOPE) d += 32;
  } while (x < end);
  anywhere(isGelu, x, wanted & VALUE ? y : 0, wanted == SLOPE ? dy : 0, wanted & SLOPE ? d : 0, n & 7);
}

/** y[i] = f(x[i]) for n values. */
export function gelu(x: usize, y: usize, n: usize): void {
  each(true, VALUE, x, y, 0, 0, n);
}
export function silu(x: usize, y: usize, n: usize): void {
  each(false, VALUE, x, y, 0, 0, n);
}

/** d[i] = dy[i] · f'(x[i]) for n values. */
export function geluGrad(dy: usize, x: usize, d: usize, n: usize): void {
  each(true, SLOPE, x, 0, dy, d, n);
}
export function siluGrad(dy: usize, x: usize, d: usize, n: usize): void {
  each(false, SLOPE, x, 0, dy, d, n);
}

/** y[i] = f(x[i]), to the bit as above, and slope[i] = f'(x[i]), for n values. */
export function geluWithSlope(x: usize, y: usize, slope: usize, n: usize): void {
  each(true, VALUE | SLOPE, x, y, 0, slope, n);
}
export function siluWithSlope(x: usize, y: usize, slope: usize, n: usize): void {
  each(false, VALUE | SLOPE, x, y, 0, slope, n);
}
