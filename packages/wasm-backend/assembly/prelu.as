import { keepNaN, select, splat } from './vector';

/** y = x > 0 ? x : alpha[c] · x over n values with `channels` innermost. */
export function prelu(x: usize, alpha: usize, y: usize, n: usize, channels: usize): void {
  const end = x + (n << 2);
  const zero = splat(0);
  while (x < end) {
    const row = x + (channels << 2);
    const vectors = x + ((channels & ~3) << 2);
    let a = alpha;
    while (x < vectors) {
      const v = v128.load(x);
      v128.store(y, select(f32x4.gt(v, zero), v, f32x4.mul(v, v128.load(a))));
      x += 16;
      y += 16;
      a += 16;
    }
    while (x < row) {
      const v = f32.load(x);
      f32.store(y, v > 0 ? v : v * f32.load(a));
      x += 4;
      y += 4;
      a += 4;
    }
  }
}

/** dx = x > 0 ? dy : alpha[c] · dy; NaN where x is NaN. */
export function preluGrad(dy: usize, x: usize, alpha: usize, dx: usize, n: usize, channels: usize): void {
  const end = x + (n << 2);
  const zero = splat(0);
  while (x < end) {
    const row = x + (channels << 2);
    const vectors = x + ((channels & ~3) << 2);
    let a = alpha;
    while (x < vectors) {
      const v = v128.load(x);
      const d = v128.load(dy);
      v128.store(dx, keepNaN(v, select(f32x4.gt(v, zero), d, f32x4.mul(d, v128.load(a)))));
      x += 16;
      dy += 16;
      dx += 16;
      a += 16;
    }
    while (x < row) {
      const v = f32.load(x);
      const d = f32.load(dy);
      f32.store(dx, v != v ? v : v > 0 ? d : d * f32.load(a));
      x += 4;
      dy += 4;
      dx += 4;
      a += 4;
    }
  }
}

// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** dalpha[c] += Σ dy · min(x, 0), in float64 sums (`sums`: f64[channels], zeroed by the caller). */
export function preluAlphaGrad(dy: usize, x: usize, sums: usize, n: usize, channels: usize): void {
  const end = x + (n << 2);
  const zero = splat(0);
  if (channels == 1) {
    let s0 = f64x2.splat(0), s1 = s0;
    const vectors = x + ((n & ~3) << 2);
    while (x < vectors) {
      const v = f32x4.min(v128.load(x), zero);
      const d = v128.load(dy);
      s0 = f64x2.add(s0, f64x2.mul(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(d)));
      s1 = f64x2.add(s1, f64x2.mul(f64x2.promote_low_f32x4(upper(v)), f64x2.promote_low_f32x4(upper(d))));
      x += 16;
      dy += 16;
    }
    const s = f64x2.add(s0, s1);
    f64.store(sums, f64.load(sums) + f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1));
  }
  while (x < end) {
    const row = x + (channels << 2);
    const pairs = x + ((channels & ~1) << 2);
    let s = sums;
    while (x < pairs) {
      const v = f32x4.min(v128.load64_zero(x), zero);
      const p = f64x2.mul(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(v128.load64_zero(dy)));
      v128.store(s, f64x2.add(v128.load(s), p));
      x += 8;
      dy += 8;
      s += 16;
    }
    if (x < row) {
      const v = min<f32>(f32.load(x), 0);
      f64.store(s, f64.load(s) + <f64>v * <f64>f32.load(dy));
      x += 4;
      dy += 4;
    }
  }
}

/** Rounds n float64 sums to float32. */
export function roundSums(sums: usize, out: usize, n: usize): void {
  const end = out + (n << 2);
  while (out < end) {
    f32.store(out, <f32>f64.load(sums));
    out += 4;
    sums += 8;
  }
}

/** Sets `bytes` bytes to 0. */
export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}
