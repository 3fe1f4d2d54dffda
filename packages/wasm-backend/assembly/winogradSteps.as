import { fma, splat } from './vector';

// The one-dimensional steps of Winograd's convolutions, on vectors of four channels, from vectors `stepIn` bytes apart to
// vectors `stepOut` apart. Four outputs of three taps are evaluated at 0, ±1, ±2 and ∞ (F(4, 3)), four outputs of five taps
// at 0, ±1, ±2, ±½ and ∞ (F(4, 5)). Names end in the number of vectors that come out.

// F(4, 3)

/** Bᵀ d, from six vectors `stepIn` apart to six `stepOut` apart. */
// @ts-ignore: decorator
@inline
export function input6(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + stepIn);
  const d2 = v128.load(from + 2 * stepIn);
  const d3 = v128.load(from + 3 * stepIn);
  const d4 = v128.load(from + 4 * stepIn);
  const d5 = v128.load(from + 5 * stepIn);
  const four = splat(4);
  const a = f32x4.sub(d4, d2);
  const b = f32x4.sub(d3, d1);
  const b2 = f32x4.add(b, b);
  v128.store(to, fma(four, d0, fma(splat(-5), d2, d4)));
  v128.store(to + stepOut, fma(splat(-4), f32x4.add(d1, d2), f32x4.add(d3, d4)));
  v128.store(to + 2 * stepOut, fma(four, f32x4.sub(d1, d2), f32x4.sub(d4, d3)));
  v128.store(to + 3 * stepOut, f32x4.add(a, b2));
  v128.store(to + 4 * stepOut, f32x4.sub(a, b2));
  v128.store(to + 5 * stepOut, fma(four, d1, fma(splat(-5), d3, d5)));
}

/** Aᵀ m, from six vectors to four. */
// @ts-ignore: decorator
@inline
export function output4(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const m0 = v128.load(from);
  const m1 = v128.load(from + stepIn);
  const m2 = v128.load(from + 2 * stepIn);
  const m3 = v128.load(from + 3 * stepIn);
  const m4 = v128.load(from + 4 * stepIn);
  const m5 = v128.load(from + 5 * stepIn);
  const s1 = f32x4.add(m1, m2), d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4), d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(s1, s2)));
  v128.store(to + stepOut, fma(splat(2), d2, d1));
  v128.store(to + 2 * stepOut, fma(splat(4), s2, s1));
  v128.store(to + 3 * stepOut, f32x4.add(m5, fma(splat(8), d2, d1)));
}

/** B m, from six vectors to six. */
// @ts-ignore: decorator
@inline
export function patch6(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const m0 = v128.load(from);
  const m1 = v128.load(from + stepIn);
  const m2 = v128.load(from + 2 * stepIn);
  const m3 = v128.load(from + 3 * stepIn);
  const m4 = v128.load(from + 4 * stepIn);
  const m5 = v128.load(from + 5 * stepIn);
  const four = splat(4);
  const s1 = f32x4.add(m1, m2), d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4), d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.mul(four, m0));
  v128.store(to + stepOut, fma(four, f32x4.sub(m5, d1), f32x4.mul(splat(-2), d2)));
  v128.store(to + 2 * stepOut, fma(splat(-5), m0, fma(splat(-4), s1, f32x4.neg(s2))));
  v128.store(to + 3 * stepOut, fma(splat(-5), m5, fma(splat(2), d2, d1)));
  v128.store(to + 4 * stepOut, f32x4.add(m0, f32x4.add(s1, s2)));
  v128.store(to + 5 * stepOut, m5);
}

/** A y, from four vectors to six. */
// @ts-ignore: decorator
@inline
export function gradient6(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const y0 = v128.load(from);
  const y1 = v128.load(from + stepIn);
  const y2 = v128.load(from + 2 * stepIn);
  const y3 = v128.load(from + 3 * stepIn);
  const e = f32x4.add(y0, y2), o = f32x4.add(y1, y3);
  const e2 = fma(splat(4), y2, y0);
  const o2 = fma(splat(8), y3, f32x4.add(y1, y1));
  v128.store(to, y0);
  v128.store(to + stepOut, f32x4.add(e, o));
  v128.store(to + 2 * stepOut, f32x4.sub(e, o));
  v128.store(to + 3 * stepOut, f32x4.add(e2, o2));
  v128.store(to + 4 * stepOut, f32x4.sub(e2, o2));
  v128.store(to + 5 * stepOut, y3);
}

/** G g, from three vectors to six. */
// @ts-ignore: decorator
@inline
export function filter6(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const g0 = v128.load(from);
  const g1 = v128.load(from + stepIn);
  const g2 = v128.load(from + 2 * stepIn);
  const s = f32x4.mul(f32x4.add(g0, g2), splat(-1.0 / 6.0));
  const d = f32x4.mul(g1, splat(-1.0 / 6.0));
  const e = fma(g2, splat(1.0 / 6.0), f32x4.mul(g0, splat(1.0 / 24.0)));
  const o = f32x4.mul(g1, splat(1.0 / 12.0));
  v128.store(to, f32x4.mul(g0, splat(0.25)));
  v128.store(to + stepOut, f32x4.add(s, d));
  v128.store(to + 2 * stepOut, f32x4.sub(s, d));
  v128.store(to + 3 * stepOut, f32x4.add(e, o));
  v128.store(to + 4 * stepOut, f32x4.sub(e, o));
  v128.store(to + 5 * stepOut, g2);
}

/** Gᵀ u, from six vectors to three. */
// @ts-ignore: decorator
@inline
export function filter3(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const u0 = v128.load(from);
  const u1 = v128.load(from + stepIn);
  const u2 = v128.load(from + 2 * stepIn);
  const u3 = v128.load(from + 3 * stepIn);
  const u4 = v128.load(from + 4 * stepIn);
  const u5 = v128.load(from + 5 * stepIn);
  const s1 = f32x4.mul(f32x4.add(u1, u2), splat(-1.0 / 6.0)), d1 = f32x4.mul(f32x4.sub(u2, u1), splat(1.0 / 6.0));
  const s2 = f32x4.add(u3, u4), d2 = f32x4.sub(u3, u4);
  v128.store(to, f32x4.add(f32x4.mul(u0, splat(0.25)), fma(s2, splat(1.0 / 24.0), s1)));
  v128.store(to + stepOut, fma(d2, splat(1.0 / 12.0), d1));
  v128.store(to + 2 * stepOut, f32x4.add(u5, fma(s2, splat(1.0 / 6.0), s1)));
}

// F(4, 5)

/** Bᵀ d, from eight vectors to eight. */
// @ts-ignore: decorator
@inline
export function input8(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + stepIn);
  const d2 = v128.load(from + 2 * stepIn);
  const d3 = v128.load(from + 3 * stepIn);
  const d4 = v128.load(from + 4 * stepIn);
  const d5 = v128.load(from + 5 * stepIn);
  const d6 = v128.load(from + 6 * stepIn);
  const d7 = v128.load(from + 7 * stepIn);
  v128.store(to, fma(splat(5.25), f32x4.sub(d4, d2), f32x4.sub(d0, d6)));
  v128.store(to + 7 * stepOut, fma(splat(5.25), f32x4.sub(d3, d5), f32x4.sub(d7, d1)));
  let e = fma(splat(-4.25), d4, f32x4.add(d2, d6)), o = fma(splat(-4.25), d3, f32x4.add(d1, d5));
  v128.store(to + stepOut, f32x4.add(e, o));
  v128.store(to + 2 * stepOut, f32x4.sub(e, o));
  const middle = f32x4.mul(splat(-2.5), d3);
  e = fma(splat(0.25), d2, fma(splat(-1.25), d4, d6));
  o = fma(splat(0.5), d1, fma(splat(2), d5, middle));
  v128.store(to + 3 * stepOut, f32x4.add(e, o));
  v128.store(to + 4 * stepOut, f32x4.sub(e, o));
  e = fma(splat(4), d2, fma(splat(-5), d4, d6));
  o = fma(splat(2), d1, fma(splat(0.5), d5, middle));
  v128.store(to + 5 * stepOut, f32x4.add(e, o));
  v128.store(to + 6 * stepOut, f32x4.sub(e, o));
}

/** Aᵀ m, from eight vectors to four. */
// @ts-ignore: decorator
@inline
export function output4Of8(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const m1 = v128.load(from + stepIn);
  const m2 = v128.load(from + 2 * stepIn);
  const m3 = v128.load(from + 3 * stepIn);
  const m4 = v128.load(from + 4 * stepIn);
  const m5 = v128.load(from + 5 * stepIn);
  const m6 = v128.load(from + 6 * stepIn);
  const s1 = f32x4.add(m1, m2), d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4), d2 = f32x4.sub(m3, m4);
  const s3 = f32x4.add(m5, m6), d3 = f32x4.sub(m5, m6);
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), s1), f32x4.add(s2, s3)));
  v128.store(to + stepOut, fma(splat(0.5), d3, fma(splat(2), d2, d1)));
  v128.store(to + 2 * stepOut, fma(splat(0.25), s3, fma(splat(4), s2, s1)));
  v128.store(to + 3 * stepOut, fma(splat(0.125), d3, fma(splat(8), d2, f32x4.add(v128.load(from + 7 * stepIn), d1))));
}

/** A y, from four vectors to eight. */
// @ts-ignore: decorator
@inline
export function gradient8(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const y0 = v128.load(from);
  const y1 = v128.load(from + stepIn);
  const y2 = v128.load(from + 2 * stepIn);
  const y3 = v128.load(from + 3 * stepIn);
  v128.store(to, y0);
  v128.store(to + 7 * stepOut, y3);
  let e = f32x4.add(y0, y2), o = f32x4.add(y1, y3);
  v128.store(to + stepOut, f32x4.add(e, o));
  v128.store(to + 2 * stepOut, f32x4.sub(e, o));
  e = fma(splat(4), y2, y0);
  o = fma(splat(8), y3, f32x4.add(y1, y1));
  v128.store(to + 3 * stepOut, f32x4.add(e, o));
  v128.store(to + 4 * stepOut, f32x4.sub(e, o));
  e = fma(splat(0.25), y2, y0);
  o = fma(splat(0.125), y3, f32x4.mul(splat(0.5), y1));
  v128.store(to + 5 * stepOut, f32x4.add(e, o));
  v128.store(to + 6 * stepOut, f32x4.sub(e, o));
}

/** G g, from five vectors to eight. */
// @ts-ignore: decorator
@inline
export function filter8(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const g0 = v128.load(from);
  const g1 = v128.load(from + stepIn);
  const g2 = v128.load(from + 2 * stepIn);
  const g3 = v128.load(from + 3 * stepIn);
  const g4 = v128.load(from + 4 * stepIn);
  v128.store(to, g0);
  v128.store(to + 7 * stepOut, g4);
  let e = f32x4.mul(splat(-2.0 / 9.0), f32x4.add(g0, f32x4.add(g2, g4)));
  let o = f32x4.mul(splat(-2.0 / 9.0), f32x4.add(g1, g3));
  v128.store(to + stepOut, f32x4.add(e, o));
  v128.store(to + 2 * stepOut, f32x4.sub(e, o));
  e = f32x4.mul(splat(1.0 / 90.0), fma(splat(16), g4, fma(splat(4), g2, g0)));
  o = f32x4.mul(splat(1.0 / 45.0), fma(splat(4), g3, g1));
  v128.store(to + 3 * stepOut, f32x4.add(e, o));
  v128.store(to + 4 * stepOut, f32x4.sub(e, o));
  e = f32x4.mul(splat(2.0 / 45.0), fma(splat(16), g0, fma(splat(4), g2, g4)));
  o = f32x4.mul(splat(4.0 / 45.0), fma(splat(4), g1, g3));
  v128.store(to + 5 * stepOut, f32x4.add(e, o));
  v128.store(to + 6 * stepOut, f32x4.sub(e, o));
}

/** Gᵀ u, from eight vectors to five. */
// @ts-ignore: decorator
@inline
export function filter5(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const u1 = v128.load(from + stepIn);
  const u2 = v128.load(from + 2 * stepIn);
  const u3 = v128.load(from + 3 * stepIn);
  const u4 = v128.load(from + 4 * stepIn);
  const u5 = v128.load(from + 5 * stepIn);
  const u6 = v128.load(from + 6 * stepIn);
  const one = splat(-2.0 / 9.0), two = splat(1.0 / 90.0), half = splat(2.0 / 45.0);
  const s1 = f32x4.mul(one, f32x4.add(u1, u2)), d1 = f32x4.mul(one, f32x4.sub(u1, u2));
  const s2 = f32x4.mul(two, f32x4.add(u3, u4)), d2 = f32x4.mul(two, f32x4.sub(u3, u4));
  // ½⁴ of the factor 32 / 45 is in `half` already.
  const s3 = f32x4.mul(half, f32x4.add(u5, u6)), d3 = f32x4.mul(half, f32x4.sub(u5, u6));
  v128.store(to, fma(splat(16), s3, f32x4.add(v128.load(from), f32x4.add(s1, s2))));
  v128.store(to + stepOut, fma(splat(8), d3, fma(splat(2), d2, d1)));
  v128.store(to + 2 * stepOut, fma(splat(4), s3, fma(splat(4), s2, s1)));
  v128.store(to + 3 * stepOut, fma(splat(2), d3, fma(splat(8), d2, d1)));
  v128.store(to + 4 * stepOut, f32x4.add(fma(splat(16), s2, s1), f32x4.add(s3, v128.load(from + 7 * stepIn))));
}
