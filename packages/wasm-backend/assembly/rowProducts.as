import { fma, splat } from './vector';

// Rows of a matrix times a number, added up, and times a vector: in float32, for short blocks.

export function addRows4(k: usize, rowBytes: usize, columns: i32, y: usize, a: f32, b: f32, c: f32, d: f32): void {
  const va = splat(a);
  const vb = splat(b);
  const vc = splat(c);
  const vd = splat(d);
  let k1 = k + rowBytes;
  let k2 = k1 + rowBytes;
  let k3 = k2 + rowBytes;
  const end = y + (columns << 2);
  const wide = y + ((columns & ~15) << 2);
  const vectors = y + ((columns & ~3) << 2);
  while (y < wide) {
    let s0 = fma(va, v128.load(k), v128.load(y));
    let s1 = fma(va, v128.load(k, 16), v128.load(y, 16));
    let s2 = fma(va, v128.load(k, 32), v128.load(y, 32));
    let s3 = fma(va, v128.load(k, 48), v128.load(y, 48));
    s0 = fma(vb, v128.load(k1), s0);
    s1 = fma(vb, v128.load(k1, 16), s1);
    s2 = fma(vb, v128.load(k1, 32), s2);
    s3 = fma(vb, v128.load(k1, 48), s3);
    s0 = fma(vc, v128.load(k2), s0);
    s1 = fma(vc, v128.load(k2, 16), s1);
    s2 = fma(vc, v128.load(k2, 32), s2);
    s3 = fma(vc, v128.load(k2, 48), s3);
    v128.store(y, fma(vd, v128.load(k3), s0));
    v128.store(y, fma(vd, v128.load(k3, 16), s1), 16);
    v128.store(y, fma(vd, v128.load(k3, 32), s2), 32);
    v128.store(y, fma(vd, v128.load(k3, 48), s3), 48);
    k += 64;
    k1 += 64;
    k2 += 64;
    k3 += 64;
    y += 64;
  }
  while (y < vectors) {
    let sum = fma(va, v128.load(k), v128.load(y));
    sum = fma(vb, v128.load(k1), sum);
    sum = fma(vc, v128.load(k2), sum);
    v128.store(y, fma(vd, v128.load(k3), sum));
    k += 16;
    k1 += 16;
    k2 += 16;
    k3 += 16;
    y += 16;
  }
  while (y < end) {
    f32.store(y, f32.load(y) + a * f32.load(k) + b * f32.load(k1) + c * f32.load(k2) + d * f32.load(k3));
    k += 4;
    k1 += 4;
    k2 += 4;
    k3 += 4;
    y += 4;
  }
}

export function addRow(k: usize, columns: i32, y: usize, a: f32): void {
  const end = y + (columns << 2);
  while (y < end) {
    f32.store(y, f32.load(y) + a * f32.load(k));
    k += 4;
    y += 4;
  }
}

// @ts-ignore: decorator
@inline
function lanes(x: v128): f64 {
  return (
    <f64>f32x4.extract_lane(x, 0) +
    <f64>f32x4.extract_lane(x, 1) +
    (<f64>f32x4.extract_lane(x, 2) + <f64>f32x4.extract_lane(x, 3))
  );
}

/** Σ a_j b_j over n values. */
export function dot(a: usize, b: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n >= 8) {
    let count = min(n >> 3, 64);
    n -= count << 3;
    let s0 = splat(0), s1 = s0;
    for (; count > 0; count--) {
      s0 = fma(v128.load(a), v128.load(b), s0);
      s1 = fma(v128.load(a, 16), v128.load(b, 16), s1);
      a += 32;
      b += 32;
    }
    total += lanes(f32x4.add(s0, s1));
  }
  for (; n > 0; n--) {
    total += <f64>f32.load(a) * <f64>f32.load(b);
    a += 4;
    b += 4;
  }
  return total;
}

/** The sums of the lanes of a, b, c and d. */
// @ts-ignore: decorator
@inline
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Σ_j K[i, j] u_j of four rows, over at most some thousand columns. */
export function dot4(k: usize, rowBytes: usize, u: usize, columns: i32): v128 {
  let k1 = k + rowBytes;
  let k2 = k1 + rowBytes;
  let k3 = k2 + rowBytes;
  const end = u + (columns << 2);
  const wide = u + ((columns & ~7) << 2);
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  while (u < wide) {
    const x = v128.load(u);
    s0 = fma(x, v128.load(k), s0);
    s1 = fma(x, v128.load(k1), s1);
    s2 = fma(x, v128.load(k2), s2);
    s3 = fma(x, v128.load(k3), s3);
    const y = v128.load(u, 16);
    t0 = fma(y, v128.load(k, 16), t0);
    t1 = fma(y, v128.load(k1, 16), t1);
    t2 = fma(y, v128.load(k2, 16), t2);
    t3 = fma(y, v128.load(k3, 16), t3);
    k += 32;
    k1 += 32;
    k2 += 32;
    k3 += 32;
    u += 32;
  }
  let sums = laneSums(f32x4.add(s0, t0), f32x4.add(s1, t1), f32x4.add(s2, t2), f32x4.add(s3, t3));
  while (u < end) {
    const column = f32x4(f32.load(k), f32.load(k1), f32.load(k2), f32.load(k3));
    sums = fma(v128.load32_splat(u), column, sums);
    k += 4;
    k1 += 4;
    k2 += 4;
    k3 += 4;
    u += 4;
  }
  return sums;
}
