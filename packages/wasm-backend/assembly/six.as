import { touch } from './blocks';
import { BLOCK, fold } from './figures';
import { fma } from './vector';

/**
 * h = min(max(z, 0), 6) and its counts at an even number of positions of one sample, for channels by eights, as `countRelu`
 * does it: of each four channels, values above 0 are counted at `acc` + 96 and the smallest and the largest z are at
 * `acc` + 112 and `acc` + 144.
 *
 * @param bytes u8[rows · channels], added to where z is between 0 and 6, in the order of this loop; see `addBytes`
 * @param fired i32[channels], −1 where a unit has fired
 * @param ahead bytes to positions that are brought into the cache meanwhile; 0: none
 */
export function countSix(
  z: usize, dh: usize, rows: i32, rowBytes: usize, bytes: usize, fired: usize, acc: usize, ahead: usize,
): void {
  const zero = f32x4.splat(0), six = f32x4.splat(6);
  const tile = <usize>rows * rowBytes;
  const count = f64x2.splat(rows);
  let next = z + ahead;
  for (let c: usize = 0; c < rowBytes; c += 32) {
    let p = z + c;
    const f = fired + c, end = p + tile;
    // Sums are about a first value: deep layers of a network vary little from place to place.
    const k0 = f32x4.pmin(f32x4.pmax(v128.load(p), zero), six), k1 = f32x4.pmin(f32x4.pmax(v128.load(p, 16), zero), six);
    let s0 = zero, s1 = zero, q0 = zero, q1 = zero, top0 = v128.load(acc, 144), top1 = v128.load(acc + BLOCK, 144);
    let low0 = v128.load(acc, 112), low1 = v128.load(acc + BLOCK, 112);
    let above0 = v128.load(acc, 96), above1 = v128.load(acc + BLOCK, 96), mask = zero;
    while (p < end) {
      touch(next);
      touch(next + dh);
      next += 64;
      const y = p + dh, p1 = p + rowBytes, y1 = y + rowBytes;
      const za = v128.load(p), zc = v128.load(p1);
      const ha = f32x4.pmin(f32x4.pmax(za, zero), six), hc = f32x4.pmin(f32x4.pmax(zc, zero), six);
      v128.store(y, ha);
      v128.store(y1, hc);
      top0 = f32x4.pmax(top0, f32x4.pmax(za, zc));
      low0 = f32x4.pmin(low0, f32x4.pmin(za, zc));
      const da = f32x4.sub(ha, k0), dc = f32x4.sub(hc, k0);
      s0 = f32x4.add(s0, f32x4.add(da, dc));
      q0 = fma(dc, dc, fma(da, da, q0));
      const aboveA = f32x4.gt(za, zero), aboveC = f32x4.gt(zc, zero);
      above0 = i32x4.sub(above0, i32x4.add(aboveA, aboveC));
      const firesA = v128.and(aboveA, f32x4.lt(za, six)), firesC = v128.and(aboveC, f32x4.lt(zc, six));
      const zb = v128.load(p, 16), zd = v128.load(p1, 16);
      const hb = f32x4.pmin(f32x4.pmax(zb, zero), six), hd = f32x4.pmin(f32x4.pmax(zd, zero), six);
      v128.store(y, hb, 16);
      v128.store(y1, hd, 16);
      top1 = f32x4.pmax(top1, f32x4.pmax(zb, zd));
      low1 = f32x4.pmin(low1, f32x4.pmin(zb, zd));
      const db = f32x4.sub(hb, k1), dd = f32x4.sub(hd, k1);
      s1 = f32x4.add(s1, f32x4.add(db, dd));
      q1 = fma(dd, dd, fma(db, db, q1));
      const aboveB = f32x4.gt(zb, zero), aboveD = f32x4.gt(zd, zero);
      above1 = i32x4.sub(above1, i32x4.add(aboveB, aboveD));
      const firesB = v128.and(aboveB, f32x4.lt(zb, six)), firesD = v128.and(aboveD, f32x4.lt(zd, six));
      const first = i16x8.narrow_i32x4_s(firesA, firesB), second = i16x8.narrow_i32x4_s(firesC, firesD);
      const fires = i8x16.narrow_i16x8_s(first, second);
      mask = v128.or(mask, fires);
      v128.store(bytes, i8x16.sub(v128.load(bytes), fires));
      bytes += 16;
      p = p1 + rowBytes;
    }
    // Eight channels at two positions, a byte each.
    const any = v128.or(i16x8.extend_low_i8x16_s(mask), i16x8.extend_high_i8x16_s(mask));
    v128.store(f, v128.or(v128.load(f), i32x4.extend_low_i16x8_s(any)));
    v128.store(f, v128.or(v128.load(f, 16), i32x4.extend_high_i16x8_s(any)), 16);
    v128.store(acc, above0, 96);
    v128.store(acc + BLOCK, above1, 96);
    v128.store(acc, low0, 112);
    v128.store(acc + BLOCK, low1, 112);
    v128.store(acc, top0, 144);
    v128.store(acc + BLOCK, top1, 144);
    fold(acc, s0, q0, k0, count);
    fold(acc + BLOCK, s1, q1, k1, count);
    acc += 2 * BLOCK;
  }
}
