import { fma, minusAbs, put, scaledExp, select, splat, UNSCALE, within } from './vector';

// silu(x) = x σ(x), with its slope. Near 0, where nearly every value lies, by formulas without care for subnormal numbers and
// infinities; farther out by others. What is wanted of both is computed from one exponential.

/** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits. */
const MAGIC: f32 = 12582912;

/**
 * How far out the formulas for values near 0 hold: where a product is rounded before it is added to, an exponent of 8 or
 * more costs a digit.
 */
// @ts-ignore: decorator
@inline
function edge(): f32 {
  return ASC_FEATURE_RELAXED_SIMD ? -11 : -5.5;
}

/** exp(−x) in float32's normal range: 2ʳ by a polynomial (error 9e-8 of it), then the exponent moved. */
// @ts-ignore: decorator
@inline
function plainExp(x: v128): v128 {
  const factor = splat(-1.4426950408889634);
  const t = fma(x, factor, splat(MAGIC));
  const r = fma(x, factor, f32x4.sub(splat(MAGIC), t));
  let p = splat(0.00132647);
  p = fma(p, r, splat(0.00967152));
  p = fma(p, r, splat(0.05550734));
  p = fma(p, r, splat(0.24022242));
  p = fma(p, r, splat(0.69314698));
  p = fma(p, r, splat(1));
  return i32x4.add(p, i32x4.shl(t, 23));
}

/** σ(x) by e = exp(−x). */
// @ts-ignore: decorator
@inline
function gateOf(e: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(e, splat(1)));
}

/** σ(x) (1 + x (1 − σ(x))). */
// @ts-ignore: decorator
@inline
function slopeNear(x: v128, e: v128, gate: v128): v128 {
  return f32x4.mul(gate, fma(x, f32x4.mul(e, gate), splat(1)));
}

/** f and its slope at n values wherever they lie, subnormal results and infinities included; not stored at 0. */
function anywhere(x: usize, y: usize, dy: usize, d: usize, n: usize): void {
  while (n > 0) {
    const whole = n >= 4;
    const v = whole ? v128.load(x) : v128.load32_zero(x);
    const v0 = minusAbs(v);
    const isNear = within(v0, splat(edge()));
    const e = plainExp(v), gate = gateOf(e);
    // With u = −|x|, e = exp(u) and r = 1 / (1 + e): max(x, 0) + u e r, and e r (1 + u r).
    const u = f32x4.pmax(v0, splat(-110));
    const g = scaledExp(u);
    const r = f32x4.div(splat(1), fma(g, splat(UNSCALE), splat(1)));
    const gr = f32x4.mul(g, r);
    const value = fma(f32x4.mul(u, gr), splat(UNSCALE), f32x4.pmax(v, splat(0)));
    let slope = f32x4.mul(f32x4.mul(gr, fma(u, r, splat(1))), splat(UNSCALE));
    // Not by the difference from ½, in which the tail on the left would be lost.
    const right = f32x4.ge(v, splat(0));
    slope = f32x4.add(v128.and(right, splat(1)), v128.xor(slope, v128.and(right, splat(-0.0))));
    const bytes: usize = whole ? 16 : 4;
    if (y != 0) {
      put(y, select(isNear, f32x4.mul(v, gate), value), whole);
      y += bytes;
    }
    if (d != 0) {
      slope = select(isNear, slopeNear(v, e, gate), slope);
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

const VALUE = 1;
const SLOPE = 2;

/** Four values near 0: stores what is `wanted`, the slope times dy unless the value is wanted too. */
// @ts-ignore: decorator
@inline
function fourNear(wanted: i32, x: v128, y: usize, dy: usize, d: usize): void {
  const e = plainExp(x), gate = gateOf(e);
  if (wanted & VALUE) v128.store(y, f32x4.mul(x, gate));
  if (wanted == SLOPE) v128.store(d, f32x4.mul(v128.load(dy), slopeNear(x, e, gate)));
  else if (wanted & SLOPE) v128.store(d, slopeNear(x, e, gate));
}

// @ts-ignore: decorator
@inline
function each(wanted: i32, x: usize, y: usize, dy: usize, d: usize, n: usize): void {
  const limit = splat(edge());
  const end = x + ((n & ~7) << 2);
  // Left at its end, and what is rare in a function of its own: see gelu.as.
  if (x < end) do {
    const x0 = v128.load(x), x1 = v128.load(x, 16);
    fourNear(wanted, x0, y, dy, d);
    fourNear(wanted, x1, y + 16, dy + 16, d + 16);
    if (i32x4.bitmask(v128.and(i32x4.sub(minusAbs(x0), limit), i32x4.sub(minusAbs(x1), limit))) != 15)
      anywhere(x, wanted & VALUE ? y : 0, wanted == SLOPE ? dy : 0, wanted & SLOPE ? d : 0, 8);
    x += 32;
    if (wanted & VALUE) y += 32;
    if (wanted == SLOPE) dy += 32;
    if (wanted & SLOPE) d += 32;
  } while (x < end);
  anywhere(x, wanted & VALUE ? y : 0, wanted == SLOPE ? dy : 0, wanted & SLOPE ? d : 0, n & 7);
}

/** y[i] = silu(x[i]) for n values. */
export function silu(x: usize, y: usize, n: usize): void {
  each(VALUE, x, y, 0, 0, n);
}

/** d[i] = dy[i] · silu'(x[i]) for n values. */
export function siluGrad(dy: usize, x: usize, d: usize, n: usize): void {
  each(SLOPE, x, 0, dy, d, n);
}

/** y[i] = silu(x[i]), to the bit as above, and slope[i] = silu'(x[i]), for n values. */
export function siluWithSlope(x: usize, y: usize, slope: usize, n: usize): void {
  each(VALUE | SLOPE, x, y, 0, slope, n);
}
