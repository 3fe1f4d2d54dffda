import { exp, splat } from './vector';

/**
 * Softmax of each row of logits f32[rows, classes] to `p`, and what its cross-entropy with `labels` is made of to `parts`
 * f64[rows, 3]: Σ exp(z − max z), Σ y, and Σ y · (z − max z) over y ≠ 0. NaN in a row makes all of it NaN.
 */
export function softmaxCrossEntropy(z: usize, labels: usize, p: usize, parts: usize, rows: i32, classes: i32): void {
  const bytes: usize = classes << 2;
  const vectors: usize = (classes & ~3) << 2;
  for (; rows > 0; rows--) {
    let most = f32.load(z);
    for (let at: usize = 4; at < bytes; at += 4) most = max<f32>(most, f32.load(z + at));
    const m = splat(most);
    let at: usize = 0;
    for (; at < vectors; at += 16) v128.store(p + at, exp(f32x4.sub(v128.load(z + at), m)));
    for (; at < bytes; at += 4) f32.store(p + at, f32x4.extract_lane(exp(f32x4.sub(v128.load32_zero(z + at), m)), 0));
    let sum: f64 = 0, weight: f64 = 0, dot: f64 = 0;
    for (at = 0; at < bytes; at += 4) {
      const y: f64 = f32.load(labels + at);
      sum += f32.load(p + at);
      weight += y;
      if (y != 0) dot += y * (<f64>f32.load(z + at) - <f64>most);
    }
    for (at = 0; at < bytes; at += 4) f32.store(p + at, <f32>(<f64>f32.load(p + at) / sum));
    f64.store(parts, sum);
    f64.store(parts, weight, 8);
    f64.store(parts, dot, 16);
    z += bytes;
    labels += bytes;
    p += bytes;
    parts += 24;
  }
}

/** dz = dy · (p Σ y − y), row by row. */
export function softmaxCrossEntropyGrad(dy: usize, p: usize, labels: usize, dz: usize, rows: i32, classes: i32): void {
  const bytes: usize = classes << 2;
  for (; rows > 0; rows--) {
    let weight: f32 = 0;
    for (let at: usize = 0; at < bytes; at += 4) weight += f32.load(labels + at);
    const d = f32.load(dy);
    for (let at: usize = 0; at < bytes; at += 4) {
      f32.store(dz + at, d * (f32.load(p + at) * weight - f32.load(labels + at)));
    }
    dy += 4;
    p += bytes;
    labels += bytes;
    dz += bytes;
  }
}
