import { touch } from './blocks';
import { BLOCK, fold } from './figures';
import { fma } from './vector';

// Relu6, counted while it is applied, as `countRelu` does it. What is rare is looked for once a column: values of 6 and more, NaN,
// and channels that are never 0.

// @ts-ignore: decorator
@inline
function clipped(z: v128): v128 {
  return f32x4.pmin(f32x4.pmax(z, f32x4.splat(0)), f32x4.splat(6));
}

/** Adds, of a column of eight channels, the values of 6 and more to `acc` + 96, and takes them off the units, NaNs too. */
function saturated(z: usize, rows: i32, rowBytes: usize, bytes: usize, fired: usize, acc: usize): void {
  const zero = f32x4.splat(0), six = f32x4.splat(6);
  let mask0 = zero, mask1 = zero, count0 = v128.load(acc, 96), count1 = v128.load(acc + BLOCK, 96);
  for (let r = 0; r < rows; r++) {
    const a = v128.load(z), b = v128.load(z, 16);
    mask0 = v128.or(mask0, v128.and(f32x4.gt(a, zero), f32x4.lt(a, six)));
    mask1 = v128.or(mask1, v128.and(f32x4.gt(b, zero), f32x4.lt(b, six)));
    const full0 = f32x4.ge(a, six), full1 = f32x4.ge(b, six);
    count0 = i32x4.sub(count0, full0);
    count1 = i32x4.sub(count1, full1);
    // The loop has counted what has no sign, NaN with it.
    const off0 = v128.or(full0, v128.and(f32x4.ne(a, a), i32x4.gt_s(a, zero)));
    const off1 = v128.or(full1, v128.and(f32x4.ne(b, b), i32x4.gt_s(b, zero)));
    const off = i16x8.narrow_i32x4_s(off0, off1);
    const unit = bytes + (<usize>(r >> 1) << 4) + (<usize>(r & 1) << 3);
    v128.store64_lane(unit, i8x16.add(v128.load64_zero(unit), i8x16.narrow_i16x8_s(off, off)), 0);
    z += rowBytes;
  }
  v128.store(acc, count0, 96);
  v128.store(acc + BLOCK, count1, 96);
  v128.store(fired, v128.or(v128.load(fired), mask0));
  v128.store(fired, v128.or(v128.load(fired, 16), mask1), 16);
}

/** Lowers the least z at `acc` + 112 to that of a column: to 0 where not `all` are above it. */
// @ts-ignore: decorator
@inline
function lower(z: usize, rows: i32, rowBytes: usize, all: v128, acc: usize): void {
  let low = v128.and(v128.load(acc, 112), all);
  if (v128.any_true(f32x4.gt(low, f32x4.splat(0)))) {
    for (; rows > 0; rows--) {
      low = f32x4.pmin(low, v128.load(z));
      z += rowBytes;
    }
  }
  v128.store(acc, low, 112);
}

/**
 * h = min(max(z, 0), 6) and its counts at positions of one sample, for channels by eights: of each four
 * channels, values of 6 and more are added to `acc` + 96, the smallest h is at `acc` + 112 and the largest z at `acc` + 144.
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
    const f = fired + c, end = p + tile - rowBytes, column = bytes;
    // Sums are about a first value: deep layers of a network vary little from place to place.
    const k0 = clipped(v128.load(p)), k1 = clipped(v128.load(p, 16));
    let s0 = zero, s1 = zero, q0 = zero, q1 = zero, top0 = f32x4.splat(-Infinity), top1 = top0, all = i32x4.splat(-1);
    while (p < end) {
      touch(next);
      touch(next + dh);
      next += 64;
      const y = p + dh, p1 = p + rowBytes, y1 = y + rowBytes;
      const za = v128.load(p), zc = v128.load(p1);
      const ha = clipped(za), hc = clipped(zc);
      v128.store(y, ha);
      v128.store(y1, hc);
      top0 = f32x4.pmax(top0, f32x4.pmax(za, zc));
      const da = f32x4.sub(ha, k0), dc = f32x4.sub(hc, k0);
      s0 = f32x4.add(s0, f32x4.add(da, dc));
      q0 = fma(dc, dc, fma(da, da, q0));
      const zb = v128.load(p, 16), zd = v128.load(p1, 16);
      const hb = clipped(zb), hd = clipped(zd);
      v128.store(y, hb, 16);
      v128.store(y1, hd, 16);
      top1 = f32x4.pmax(top1, f32x4.pmax(zb, zd));
      const db = f32x4.sub(hb, k1), dd = f32x4.sub(hd, k1);
      s1 = f32x4.add(s1, f32x4.add(db, dd));
      q1 = fma(dd, dd, fma(db, db, q1));
      // Floats above 0 are integers above 0, and stay so when they are cut to fewer bits.
      const fires = i8x16.gt_s(
        i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(za, zb), i16x8.narrow_i32x4_s(zc, zd)),
        zero,
      );
      all = v128.and(all, fires);
      v128.store(bytes, i8x16.sub(v128.load(bytes), fires));
      bytes += 16;
      p = p1 + rowBytes;
    }
    if (p < end + rowBytes) {
      const y = p + dh, za = v128.load(p), zb = v128.load(p, 16);
      const ha = clipped(za), hb = clipped(zb);
      v128.store(y, ha);
      v128.store(y, hb, 16);
      top0 = f32x4.pmax(top0, za);
      top1 = f32x4.pmax(top1, zb);
      const da = f32x4.sub(ha, k0), db = f32x4.sub(hb, k1);
      s0 = f32x4.add(s0, da);
      s1 = f32x4.add(s1, db);
      q0 = fma(da, da, q0);
      q1 = fma(db, db, q1);
      const both = i16x8.narrow_i32x4_s(za, zb);
      const fires = i8x16.gt_s(i8x16.narrow_i16x8_s(both, both), zero);
      all = v128.and(all, fires);
      v128.store(bytes, i8x16.sub(v128.load(bytes), fires));
      bytes += 16;
    }
    const from = z + c;
    // Eight channels at two positions, a byte each.
    const every = v128.and(i16x8.extend_low_i8x16_s(all), i16x8.extend_high_i8x16_s(all));
    lower(from, rows, rowBytes, i32x4.extend_low_i16x8_s(every), acc);
    lower(from + 16, rows, rowBytes, i32x4.extend_high_i16x8_s(every), acc + BLOCK);
    v128.store(acc, f32x4.pmax(v128.load(acc, 144), top0), 144);
    v128.store(acc + BLOCK, f32x4.pmax(v128.load(acc + BLOCK, 144), top1), 144);
    const inside = v128.and(f32x4.lt(f32x4.pmax(top0, top1), six), f32x4.eq(f32x4.add(s0, s1), f32x4.add(s0, s1)));
    if (!i32x4.all_true(inside)) saturated(from, rows, rowBytes, column, f, acc);
    else {
      v128.store(f, v128.or(v128.load(f), f32x4.gt(top0, zero)));
      v128.store(f, v128.or(v128.load(f, 16), f32x4.gt(top1, zero)), 16);
    }
    fold(acc, s0, q0, k0, count);
    fold(acc + BLOCK, s1, q1, k1, count);
    acc += 2 * BLOCK;
  }
}
