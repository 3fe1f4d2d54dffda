import { BLOCK, fold, high2, low2 } from './figures';
import { fma } from './vector';

// Relu, counted while it is applied: two positions of a column at a time, down a tile of positions. A line of
// the cache is read and written whole within two columns, so that memory is waited for about as long as by the plain
// function, and the counting goes on meanwhile. Sums run in float32 within a tile, and are added up in float64; where they
// would cancel, the tile is summed again about its first value.

/** Brings what is at `address` into the cache: columns take lines in an order that no prefetcher foresees, and write slowly to lines that are not there. */
// @ts-ignore: decorator
@inline
export function touch(address: usize): void {
  load<u8>(address);
}

/** Sums of a column about its first value. */
function sumsAgain(h: usize, rows: i32, rowBytes: usize, acc: usize): void {
  const k = v128.load(h);
  let s = f32x4.splat(0), q = s;
  for (let r = rows; r > 0; r--) {
    const d = f32x4.sub(v128.load(h), k);
    s = f32x4.add(s, d);
    q = fma(d, d, q);
    h += rowBytes;
  }
  fold(acc, s, q, k, f64x2.splat(rows));
}

/** Adds the sums of a column to those in float64; where its values vary by less than 6 % of their mean, sums of them anew. */
// @ts-ignore: decorator
@inline
export function addSums(acc: usize, s: v128, q: v128, h: usize, rows: i32, rowBytes: usize): void {
  const least = f32x4.mul(f32x4.mul(s, s), f32x4.splat(1.004));
  if (v128.any_true(f32x4.lt(f32x4.mul(q, f32x4.splat(<f32>rows)), least))) return sumsAgain(h, rows, rowBytes, acc);
  v128.store(acc, f64x2.add(v128.load(acc), low2(s)));
  v128.store(acc, f64x2.add(v128.load(acc, 16), high2(s)), 16);
  v128.store(acc, f64x2.add(v128.load(acc, 64), low2(q)), 64);
  v128.store(acc, f64x2.add(v128.load(acc, 80), high2(q)), 80);
}

/**
 * A column with a NaN: what was counted as above 0 by its bits is taken off the units, and the largest of the others, which it
 * may have hidden, is found.
 */
export function mend(z: usize, rows: i32, rowBytes: usize, units: usize, fired: usize): void {
  let top = v128.load(fired);
  for (; rows > 0; rows--) {
    const v = v128.load(z);
    top = f32x4.pmax(top, v);
    v128.store(units, i32x4.add(v128.load(units), v128.and(f32x4.ne(v, v), i32x4.gt_s(v, f32x4.splat(0)))));
    z += rowBytes;
    units += rowBytes;
  }
  v128.store(fired, top);
}

/**
 * h = max(z, 0) and its counts at an even number of positions of one sample, for channels by eights.
 *
 * @param bytes u8[rows · channels], added to where z is above 0, in the order of this loop; see {@link addBytes}
 * @param units i32[rows, channels], changed where z is not a number
 * @param fired f32[channels], raised to the largest z
 * @param ahead bytes to positions that are brought into the cache meanwhile; 0: none
 */
export function countRelu(
  z: usize, dh: usize, rows: i32, rowBytes: usize, bytes: usize, units: usize, fired: usize, acc: usize, ahead: usize,
): void {
  const zero = f32x4.splat(0);
  const tile = <usize>rows * rowBytes;
  let next = z + ahead;
  for (let c: usize = 0; c < rowBytes; c += 32) {
    let p = z + c;
    const f = fired + c, end = p + tile;
    let s0 = zero, s1 = zero, q0 = zero, q1 = zero, top0 = v128.load(f), top1 = v128.load(f, 16);
    while (p < end) {
      touch(next);
      touch(next + dh);
      next += 64;
      const y = p + dh, p1 = p + rowBytes, y1 = y + rowBytes;
      const za = v128.load(p), zb = v128.load(p, 16), zc = v128.load(p1), zd = v128.load(p1, 16);
      const ha = f32x4.pmax(za, zero), hb = f32x4.pmax(zb, zero), hc = f32x4.pmax(zc, zero), hd = f32x4.pmax(zd, zero);
      v128.store(y, ha);
      v128.store(y, hb, 16);
      v128.store(y1, hc);
      v128.store(y1, hd, 16);
      top0 = f32x4.pmax(top0, f32x4.pmax(za, zc));
      top1 = f32x4.pmax(top1, f32x4.pmax(zb, zd));
      s0 = f32x4.add(s0, f32x4.add(ha, hc));
      s1 = f32x4.add(s1, f32x4.add(hb, hd));
      q0 = fma(hc, hc, fma(ha, ha, q0));
      q1 = fma(hd, hd, fma(hb, hb, q1));
      // Narrowing keeps what is above 0 above 0, by the bits of floats; a NaN too: see `mend`.
      const narrow = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(za, zb), i16x8.narrow_i32x4_s(zc, zd));
      v128.store(bytes, i8x16.sub(v128.load(bytes), i8x16.gt_s(narrow, zero)));
      bytes += 16;
      p = p1 + rowBytes;
    }
    v128.store(f, top0);
    v128.store(f, top1, 16);
    const h = z + c + dh;
    addSums(acc, s0, q0, h, rows, rowBytes);
    addSums(acc + BLOCK, s1, q1, h + 16, rows, rowBytes);
    if (v128.any_true(f32x4.ne(s0, s0))) mend(z + c, rows, rowBytes, units + c, f);
    if (v128.any_true(f32x4.ne(s1, s1))) mend(z + c + 16, rows, rowBytes, units + c + 16, f + 16);
    acc += 2 * BLOCK;
  }
}

/** Adds counts of the order of `countRelu` to units i32[rows, channels] and, of each channel, at `acc` + 96, and sets them to 0. */
export function addBytes(bytes: usize, rows: i32, rowBytes: usize, units: usize, acc: usize): void {
  for (let c: usize = 0; c < rowBytes; c += 32) {
    let u = units + c, sum0 = v128.load(acc, 96), sum1 = v128.load(acc + BLOCK, 96);
    for (let r = 0; r < rows; r++) {
      // Eight channels at two positions, a byte each.
      const block = bytes + (<usize>(r >> 1) << 4);
      const count = v128.load64_zero(block + (<usize>(r & 1) << 3));
      const wide = i16x8.extend_low_i8x16_u(count);
      const low = i32x4.extend_low_i16x8_u(wide), high = i32x4.extend_high_i16x8_u(wide);
      v128.store(u, i32x4.add(v128.load(u), low));
      v128.store(u, i32x4.add(v128.load(u, 16), high), 16);
      sum0 = i32x4.add(sum0, low);
      sum1 = i32x4.add(sum1, high);
      u += rowBytes;
    }
    v128.store(acc, sum0, 96);
    v128.store(acc + BLOCK, sum1, 96);
    const blocks = <usize>((rows + 1) >> 1) << 4;
    memory.fill(bytes, 0, blocks);
    bytes += blocks;
    acc += 2 * BLOCK;
  }
}

/** Zeros of h in a column. */
export function countZeros(h: usize, rows: i32, rowBytes: usize): v128 {
  let zeros = i32x4.splat(0);
  for (; rows > 0; rows--) {
    zeros = i32x4.sub(zeros, f32x4.eq(v128.load(h), f32x4.splat(0)));
    h += rowBytes;
  }
  return zeros;
}
