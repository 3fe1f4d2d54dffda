import { fma, splat } from './vector';

// Batch normalisation over rows of `channels` neighbouring values: factor is γ / √(σ² + ε), shift is β.

/** y = (x − mean) · factor + shift. */
export function batchNorm(x: usize, mean: usize, factor: usize, shift: usize, y: usize, rows: i32, channels: i32): void {
  const rowBytes: usize = channels << 2;
  const vectors: usize = (channels & ~3) << 2;
  for (; rows > 0; rows--) {
    let at: usize = 0;
    while (at < vectors) {
      const centred = f32x4.sub(v128.load(x + at), v128.load(mean + at));
      v128.store(y + at, fma(centred, v128.load(factor + at), v128.load(shift + at)));
      at += 16;
    }
    while (at < rowBytes) {
      f32.store(y + at, (f32.load(x + at) - f32.load(mean + at)) * f32.load(factor + at) + f32.load(shift + at));
      at += 4;
    }
    x += rowBytes;
    y += rowBytes;
  }
}

// @ts-ignore: decorator
@inline
function addTo(sums: usize, values: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(values)));
  const high = i64x2.shuffle(values, values, 1, 1);
  v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(high)), 16);
}

/** Four neighbouring channels of a strip of rows. */
function strip4(
  x: usize, dy: usize, mean: usize, factor: usize, dx: usize, rows: i32, rowBytes: usize, sums: usize, products: usize,
): void {
  const m = v128.load(mean), f = v128.load(factor);
  let s = splat(0), p = s;
  for (; rows > 0; rows--) {
    const d = v128.load(dy);
    s = f32x4.add(s, d);
    p = fma(d, f32x4.sub(v128.load(x), m), p);
    v128.store(dx, f32x4.mul(d, f));
    x += rowBytes;
    dy += rowBytes;
    dx += rowBytes;
  }
  addTo(sums, s);
  addTo(products, p);
}

/**
 * dx = dy · factor, and per channel Σ dy and Σ dy · (x − mean) into `sums` f64[2, channels], which starts zeroed. Strips of
 * at most `strip` rows are summed in float32, the strips in float64.
 */
export function batchNormGrad(
  x: usize, dy: usize, mean: usize, factor: usize, dx: usize, rows: i32, channels: i32, strip: i32, sums: usize,
): void {
  const rowBytes: usize = channels << 2;
  const products = sums + (channels << 3);
  for (let r = 0; r < rows; r += strip) {
    const count = min(strip, rows - r);
    let c = 0;
    for (; c + 4 <= channels; c += 4) {
      const at: usize = c << 2;
      strip4(
        x + at, dy + at, mean + at, factor + at, dx + at, count, rowBytes, sums + (c << 3), products + (c << 3),
      );
    }
    for (; c < channels; c++) {
      const m = f32.load(mean + (c << 2)), f = f32.load(factor + (c << 2));
      let s: f64 = 0, p: f64 = 0;
      let at: usize = c << 2;
      for (let i = 0; i < count; i++) {
        const d = f32.load(dy + at);
        s += <f64>d;
        p += <f64>d * <f64>(f32.load(x + at) - m);
        f32.store(dx + at, d * f);
        at += rowBytes;
      }
      f64.store(sums + (c << 3), f64.load(sums + (c << 3)) + s);
      f64.store(products + (c << 3), f64.load(products + (c << 3)) + p);
    }
    x += count * rowBytes;
    dy += count * rowBytes;
    dx += count * rowBytes;
  }
}

/** dx = 2 · x · dy. */
export function squareGrad(dy: usize, x: usize, dx: usize, n: i32): void {
  const end = x + (n << 2);
  const vectors = x + ((n & ~3) << 2);
  while (x < vectors) {
    const v = v128.load(x);
    v128.store(dx, f32x4.mul(f32x4.add(v, v), v128.load(dy)));
    x += 16;
    dy += 16;
    dx += 16;
  }
  while (x < end) {
    f32.store(dx, 2 * f32.load(x) * f32.load(dy));
    x += 4;
    dy += 4;
    dx += 4;
  }
}

/** out[o, m, i] = x[o, i] · scale for `outer` × `middle` × `inner`. */
export function spread(x: usize, outer: i32, middle: i32, inner: i32, scale: f32, out: usize): void {
  const rowBytes: usize = inner << 2;
  const s = splat(scale);
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      const v = f32.load(x) * scale;
      const v4 = splat(v);
      const end = out + (middle << 2);
      const vectors = out + ((middle & ~3) << 2);
      for (; out < vectors; out += 16) v128.store(out, v4);
      for (; out < end; out += 4) f32.store(out, v);
    } else {
      const vectors: usize = (inner & ~3) << 2;
      for (let m = 0; m < middle; m++) {
        let at: usize = 0;
        for (; at < vectors; at += 16) v128.store(out + at, f32x4.mul(v128.load(x + at), s));
        for (; at < rowBytes; at += 4) f32.store(out + at, f32.load(x + at) * scale);
        out += rowBytes;
      }
    }
    x += rowBytes;
  }
}
