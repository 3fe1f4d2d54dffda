import { fma, millsRatio, minusAbs, put, scaledGauss, select, splat, UNSCALE, within } from './vector';

// gelu(x) = x Φ(x) and its slope Φ(x) + x φ(x). Near 0, where nearly every value lies, by polynomials alone: without an
// exponential, a quotient, and care for subnormal numbers and infinities. Farther out by φ and Mills' ratio.

/** How far out the polynomials hold, as −|x|. */
const VALUE_EDGE: f32 = -3.2;

/** The middle of the range of x² about which the slope's polynomial is. */
const MIDDLE: f32 = 4.607999801635742;
/** The same as x² − MIDDLE. */
const SQUARE_EDGE: f32 = <f32>(3.2 * 3.2 - 4.607999801635742);

/**
 * Φ(u) for −3.2 ≤ u ≤ 0, to 9e-7 of it: the fourth power of a polynomial, since the fourth root is close to a line and bears its
 * roundings. About a point near the left end, where Φ is small.
 */
// @ts-ignore: decorator
@inline
function normal(u: v128): v128 {
  const s = f32x4.add(u, splat(2.299999952316284));
  let p = splat(-3.733237463166006e-6);
  p = fma(p, s, splat(5.960344878985779e-6));
  p = fma(p, s, splat(0.00012728087313007563));
  p = fma(p, s, splat(0.00010138704965356737));
  p = fma(p, s, splat(-0.002779728500172496));
  p = fma(p, s, splat(-0.007858796045184135));
  p = fma(p, s, splat(0.03388712555170059));
  p = fma(p, s, splat(0.21250559389591217));
  p = fma(p, s, splat(0.32180315256118774));
  p = f32x4.mul(p, p);
  return f32x4.mul(p, p);
}

/** x Φ(x) by u = −|x|: max(x, 0) + u Φ(u). */
// @ts-ignore: decorator
@inline
function valueNear(x: v128, u: v128): v128 {
  return fma(u, normal(u), f32x4.pmax(x, splat(0)));
}

// @ts-ignore: decorator
@inline
function squareOf(x: v128): v128 {
  return fma(x, x, splat(-MIDDLE));
}

/**
 * The slope for |x| ≤ 3.2 by s = x² − MIDDLE, to 2.1e-7 where it is above ½ and 1.5e-7 below: ½ + x P(s). About the middle,
 * a polynomial's terms are as small as its values.
 */
// @ts-ignore: decorator
@inline
function slopeNear(x: v128, s: v128): v128 {
  let p = splat(9.318981350481259e-12);
  p = fma(p, s, splat(-2.539369547971404e-10));
  p = fma(p, s, splat(4.295242383989262e-9));
  p = fma(p, s, splat(-6.69159376798234e-8));
  p = fma(p, s, splat(9.56054805101303e-7));
  p = fma(p, s, splat(-1.179378705273848e-5));
  p = fma(p, s, splat(0.00012254448665771633));
  p = fma(p, s, splat(-0.001047413214109838));
  p = fma(p, s, splat(0.0071781170554459095));
  p = fma(p, s, splat(-0.040065787732601166));
  p = fma(p, s, splat(0.26534923911094666));
  return fma(x, p, splat(0.5));
}

/** The value for 3.2 ≤ |x|, a subnormal or infinite one too; v0 = −|x|. */
// @ts-ignore: decorator
@inline
function valueFar(x: v128, v0: v128): v128 {
  const u = f32x4.pmax(v0, splat(-15));
  return fma(f32x4.mul(u, f32x4.mul(scaledGauss(u), millsRatio(u))), splat(UNSCALE), f32x4.pmax(x, splat(0)));
}

/** The slope likewise. */
// @ts-ignore: decorator
@inline
function slopeFar(x: v128): v128 {
  const u = f32x4.pmax(minusAbs(x), splat(-15));
  const left = f32x4.mul(scaledGauss(u), fma(u, splat(0.398942280401432678), millsRatio(u)));
  // Not by the difference from ½, in which the tail on the left would be lost.
  const right = f32x4.ge(x, splat(0));
  return f32x4.add(v128.and(right, splat(1)), v128.xor(f32x4.mul(left, splat(UNSCALE)), v128.and(right, splat(-0.0))));
}

/** Four values, or one in the first lane. */
// @ts-ignore: decorator
@inline
function get(from: usize, whole: bool): v128 {
  return whole ? v128.load(from) : v128.load32_zero(from);
}

/** Puts right those of n values that are far out: what is near 0 is in y already. */
function mendValues(x: usize, y: usize, n: usize): void {
  while (n > 0) {
    const whole = n >= 4;
    const v = get(x, whole), v0 = minusAbs(v), near = within(v0, splat(VALUE_EDGE));
    if (i32x4.bitmask(near) != 15) put(y, select(near, get(y, whole), valueFar(v, v0)), whole);
    const bytes: usize = whole ? 16 : 4;
    x += bytes;
    y += bytes;
    n -= bytes >> 2;
  }
}

/** Slopes times dy, likewise. */
function mendSlopes(dy: usize, x: usize, d: usize, n: usize): void {
  while (n > 0) {
    const whole = n >= 4;
    const v = get(x, whole), far = i32x4.gt_s(squareOf(v), splat(SQUARE_EDGE));
    if (i32x4.bitmask(far) != 0) put(d, select(far, f32x4.mul(slopeFar(v), get(dy, whole)), get(d, whole)), whole);
    const bytes: usize = whole ? 16 : 4;
    x += bytes;
    dy += bytes;
    d += bytes;
    n -= bytes >> 2;
  }
}

/** What is left of n values. */
function valuesRest(x: usize, y: usize, n: usize): void {
  const end = n << 2;
  for (let at: usize = 0; at < end; ) {
    const whole = end - at >= 16;
    const v = get(x + at, whole);
    put(y + at, valueNear(v, minusAbs(v)), whole);
    at += whole ? 16 : 4;
  }
  mendValues(x, y, n);
}

/** What is left of n slopes, times dy. */
function slopesRest(dy: usize, x: usize, d: usize, n: usize): void {
  const end = n << 2;
  for (let at: usize = 0; at < end; ) {
    const whole = end - at >= 16;
    const v = get(x + at, whole);
    put(d + at, f32x4.mul(slopeNear(v, squareOf(v)), get(dy + at, whole)), whole);
    at += whole ? 16 : 4;
  }
  mendSlopes(dy, x, d, n);
}

/** Four values near 0; returns −|x|. */
// @ts-ignore: decorator
@inline
function fourValues(x: usize, y: usize): v128 {
  const v = v128.load(x), u = minusAbs(v);
  v128.store(y, valueNear(v, u));
  return u;
}

/** Four slopes near 0, times dy; returns x² − MIDDLE. */
// @ts-ignore: decorator
@inline
function fourSlopes(dy: usize, x: usize, d: usize): v128 {
  const v = v128.load(x), s = squareOf(v);
  v128.store(d, f32x4.mul(v128.load(dy), slopeNear(v, s)));
  return s;
}

// Both loops are left at their end, and what is rare is in a function of its own: the engine takes out of a loop only what every
// turn computes, and there are many constants. Floats are compared as integers, where less else waits: the order of those of one
// sign is that of their bits, and a NaN, which the polynomials keep, hides no other value. They are bound by the processor's
// products: neither fewer additions nor more values side by side make them faster.

/** y[i] = gelu(x[i]) for n values. */
export function gelu(x: usize, y: usize, n: usize): void {
  const limit = splat(VALUE_EDGE);
  const end = x + ((n & ~15) << 2);
  if (x < end) do {
    const first = i32x4.max_s(fourValues(x, y), fourValues(x + 16, y + 16));
    const second = i32x4.max_s(fourValues(x + 32, y + 32), fourValues(x + 48, y + 48));
    if (i32x4.bitmask(i32x4.sub(i32x4.max_s(first, second), limit)) != 15) mendValues(x, y, 16);
    x += 64;
    y += 64;
  } while (x < end);
  valuesRest(x, y, n & 15);
}

/** d[i] = dy[i] · gelu'(x[i]) for n values, from the last to the first: the end of x is in the cache still. d is not dy. */
export function geluGrad(dy: usize, x: usize, d: usize, n: usize): void {
  const limit = splat(SQUARE_EDGE);
  let at = (n & ~15) << 2;
  slopesRest(dy + at, x + at, d + at, n & 15);
  if (at > 0) do {
    at -= 64;
    const from = dy + at, p = x + at, to = d + at;
    const second = i32x4.max_s(fourSlopes(from + 48, p + 48, to + 48), fourSlopes(from + 32, p + 32, to + 32));
    const first = i32x4.max_s(fourSlopes(from + 16, p + 16, to + 16), fourSlopes(from, p, to));
    if (i32x4.bitmask(i32x4.gt_s(i32x4.max_s(first, second), limit)) != 0) mendSlopes(from, p, to, 16);
  } while (at > 0);
}
