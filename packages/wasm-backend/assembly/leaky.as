import { addSums, countZeros, touch } from './blocks';
import { BLOCK, high2, low2 } from './figures';
import { fma } from './vector';

/** The values of four positions have a product above this if none is so small that its multiple is 0, and none above {@link LARGE}. */
const SMALL: f32 = 1e-30;
const LARGE: f32 = 1000;

/** Whether `countLeaky` does for a slope: a product with it that is 0 must be found by {@link SMALL}, and sums must not cancel. */
export function suitsLeaky(slope: f32): bool {
  return slope >= 1e-5 && slope <= 0.5;
}

/**
 * Adds the sums of a column of h to its accumulators: Σh, Σz, Σh², the largest −|product| of four positions, the least and the
 * largest z so far.
 */
// @ts-ignore: decorator
@inline
export function addLeaky(
  acc: usize, s: v128, sz: v128, q: v128, nearest: v128, low: v128, top: v128, slope: f32, h: usize, rows: i32, rowBytes: usize,
): void {
  addSums(acc, s, q, h, rows, rowBytes);
  // With P = Σ max(z, 0) and N = Σ max(−z, 0): Σz = P − N, Σh = P − a N, and Σ|h| = P + a N.
  const ofH = f64x2.splat((1 + <f64>slope) / (1 - <f64>slope)), ofZ = f64x2.splat((-2 * <f64>slope) / (1 - <f64>slope));
  const size0 = f64x2.add(f64x2.mul(ofH, low2(s)), f64x2.mul(ofZ, low2(sz)));
  const size1 = f64x2.add(f64x2.mul(ofH, high2(s)), f64x2.mul(ofZ, high2(sz)));
  v128.store(acc, f64x2.add(v128.load(acc, 32), size0), 32);
  v128.store(acc, f64x2.add(v128.load(acc, 48), size1), 48);
  const large = v128.or(f32x4.gt(top, f32x4.splat(LARGE)), f32x4.lt(low, f32x4.splat(-LARGE)));
  // Beside a NaN or an infinity, the product tells nothing.
  const unsure = v128.or(v128.or(large, f32x4.ne(s, s)), f32x4.gt(nearest, f32x4.splat(-SMALL)));
  if (v128.any_true(unsure))
    v128.store(acc, i32x4.add(v128.load(acc, 96), countZeros(h, rows, rowBytes)), 96);
  v128.store(acc, low, 112);
  v128.store(acc, top, 144);
}

/**
 * h = max(z, slope · z) and its counts at a multiple of four positions of one sample, as `countRelu` does it, for channels by
 * fours: of each four, the smallest and the largest z are at `acc` + 112 and `acc` + 144.
 *
 * @param ahead bytes to positions that are brought into the cache meanwhile; 0: none
 */
export function countLeaky(
  z: usize, dh: usize, rows: i32, rowBytes: usize, acc: usize, slope: f32, ahead: usize,
): void {
  const zero = f32x4.splat(0), sign = f32x4.splat(-0.0), a = f32x4.splat(slope);
  const tile = <usize>rows * rowBytes;
  let next = z + ahead;
  for (let c: usize = 0; c < rowBytes; c += 16) {
    let p = z + c;
    const end = p + tile;
    // `nearest` is the largest −|product| of four positions.
    let s = zero, qa = zero, qb = zero, sz = zero, nearest = f32x4.splat(-Infinity), low = v128.load(acc, 112), top = v128.load(acc, 144);
    while (p < end) {
      touch(next);
      touch(next + dh);
      next += 64;
      let y = p + dh;
      const za = v128.load(p), ha = f32x4.pmax(za, f32x4.mul(za, a));
      v128.store(y, ha);
      p += rowBytes;
      y += rowBytes;
      const zb = v128.load(p), hb = f32x4.pmax(zb, f32x4.mul(zb, a));
      v128.store(y, hb);
      p += rowBytes;
      y += rowBytes;
      const hab = f32x4.add(ha, hb), zab = f32x4.add(za, zb), ab = f32x4.mul(za, zb);
      const lowAb = f32x4.pmin(za, zb), topAb = f32x4.pmax(za, zb);
      qa = fma(ha, ha, qa);
      qb = fma(hb, hb, qb);
      const zc = v128.load(p), hc = f32x4.pmax(zc, f32x4.mul(zc, a));
      v128.store(y, hc);
      p += rowBytes;
      y += rowBytes;
      const zd = v128.load(p), hd = f32x4.pmax(zd, f32x4.mul(zd, a));
      v128.store(y, hd);
      p += rowBytes;
      // One step of each chain for all four: chains are what this loop would wait for.
      s = f32x4.add(s, f32x4.add(hab, f32x4.add(hc, hd)));
      sz = f32x4.add(sz, f32x4.add(zab, f32x4.add(zc, zd)));
      qa = fma(hc, hc, qa);
      qb = fma(hd, hd, qb);
      low = f32x4.pmin(low, f32x4.pmin(lowAb, f32x4.pmin(zc, zd)));
      top = f32x4.pmax(top, f32x4.pmax(topAb, f32x4.pmax(zc, zd)));
      nearest = f32x4.pmax(nearest, v128.or(f32x4.mul(ab, f32x4.mul(zc, zd)), sign));
    }
    addLeaky(acc, s, sz, f32x4.add(qa, qb), nearest, low, top, slope, z + c + dh, rows, rowBytes);
    acc += BLOCK;
  }
}
