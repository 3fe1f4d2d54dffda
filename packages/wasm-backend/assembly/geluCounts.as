import { addSums, countZeros } from './blocks';
import { BLOCK, high2, low2 } from './figures';
import { gelu } from './gelu';
import { ROW } from './rows';
import { fma, minusAbs, splat } from './vector';

// Gelu, counted by tiles as `blocks.as` does, but after it is computed: together, the two would need more registers than there
// are. Few figures tell the rest of a tile: where h is farther from 0 than at the first edge, and above its values in the dip,
// every unit fires; and from z = 1.01 on, h rises with z, so that the largest z tells the largest h.

/** From here on h rises with z, in float32 too, as a sweep over all floats up to 16 has shown; beyond, h is z. */
const RISES: f32 = 1.01;

/** The largest h of a column. */
function highest(h: usize, rows: i32, rowBytes: usize): v128 {
  let top = f32x4.splat(-Infinity);
  for (; rows > 0; rows--) {
    top = f32x4.pmax(top, v128.load(h));
    h += rowBytes;
  }
  return top;
}

/** Where a column has a value in the gap between two intervals. */
function inGap(z: usize, rows: i32, rowBytes: usize, edges: usize): v128 {
  const low = v128.load32_splat(edges, 4), high = v128.load32_splat(edges, 8);
  let any = splat(0);
  for (; rows > 0; rows--) {
    const v = v128.load(z);
    any = v128.or(any, v128.and(f32x4.gt(v, low), f32x4.lt(v, high)));
    z += rowBytes;
  }
  return any;
}

/**
 * The counts of h = gelu(z) at a multiple of four positions of one sample, but for units that fire.
 *
 * @param byRows  whether rows of {@link ROW} bytes are counted, which hold `channels` several times over; else of `stride` bytes
 * @param far     |h| above this lies in the intervals in which a unit fires
 * @param dip     h above this is in them too, beyond the gap between them; −∞: there is none
 * @param edges   of the intervals; read where there is a gap
 * @param certain f32[channels], written: true where all units of the column are known to fire
 */
// @ts-ignore: decorator
@inline
function count(
  byRows: bool, z: usize, dh: usize, rows: i32, stride: usize, channels: usize, base: usize, far: f32, dip: f32, edges: usize,
  certain: usize,
): void {
  const rowBytes = byRows ? ROW : stride;
  const zero = splat(0);
  const tile = <usize>rows * rowBytes;
  for (let c: usize = 0; c < rowBytes; c += 16) {
    const acc = base + ((byRows ? (c >> 2) & (channels - 1) : c >> 2) >> 2) * BLOCK;
    let p = z + c;
    const end = p + tile;
    let s = zero, qa = zero, qb = zero, size = zero, nearest = splat(-Infinity), low = splat(Infinity), topZ = nearest;
    while (p < end) {
      const y = p + dh, p1 = p + rowBytes, y1 = y + rowBytes, p2 = p1 + rowBytes, y2 = y1 + rowBytes, p3 = p2 + rowBytes;
      const ha = v128.load(y), hb = byRows ? v128.load(y, ROW) : v128.load(y1);
      const hc = byRows ? v128.load(y, 2 * ROW) : v128.load(y2), hd = byRows ? v128.load(y, 3 * ROW) : v128.load(y2 + rowBytes);
      s = f32x4.add(s, f32x4.add(f32x4.add(ha, hb), f32x4.add(hc, hd)));
      qa = fma(hc, hc, fma(ha, ha, qa));
      qb = fma(hd, hd, fma(hb, hb, qb));
      low = f32x4.pmin(low, f32x4.pmin(f32x4.pmin(ha, hb), f32x4.pmin(hc, hd)));
      const na = minusAbs(ha), nb = minusAbs(hb), nc = minusAbs(hc), nd = minusAbs(hd);
      size = f32x4.add(size, f32x4.add(f32x4.add(na, nb), f32x4.add(nc, nd)));
      nearest = f32x4.pmax(nearest, f32x4.pmax(f32x4.pmax(na, nb), f32x4.pmax(nc, nd)));
      const za = v128.load(p), zb = byRows ? v128.load(p, ROW) : v128.load(p1);
      const zc = byRows ? v128.load(p, 2 * ROW) : v128.load(p2), zd = byRows ? v128.load(p, 3 * ROW) : v128.load(p3);
      topZ = f32x4.pmax(topZ, f32x4.pmax(f32x4.pmax(za, zb), f32x4.pmax(zc, zd)));
      p = byRows ? p + 4 * ROW : p3 + rowBytes;
    }
    const h = z + c + dh;
    addSums(acc, s, f32x4.add(qa, qb), h, rows, rowBytes);
    v128.store(acc, f64x2.sub(v128.load(acc, 32), low2(size)), 32);
    v128.store(acc, f64x2.sub(v128.load(acc, 48), high2(size)), 48);
    if (v128.any_true(f32x4.eq(nearest, zero)))
      v128.store(acc, i32x4.add(v128.load(acc, 96), countZeros(h, rows, rowBytes)), 96);
    v128.store(acc, f32x4.pmin(v128.load(acc, 112), low), 112);
    if (v128.any_true(f32x4.lt(topZ, splat(RISES))))
      v128.store(acc, f32x4.pmax(v128.load(acc, 128), highest(h, rows, rowBytes)), 128);
    v128.store(acc, f32x4.pmax(v128.load(acc, 144), topZ), 144);
    // Of a NaN, the sum tells.
    let fires = f32x4.lt(nearest, splat(-far));
    if (!i32x4.all_true(f32x4.gt(low, splat(dip)))) fires = v128.andnot(fires, inGap(z + c, rows, rowBytes, edges));
    v128.store(certain + c, v128.and(fires, f32x4.eq(s, s)));
  }
}

// One function for each way: the engine then keeps everything in registers.
export function countGelu(
  z: usize, dh: usize, rows: i32, rowBytes: usize, base: usize, far: f32, dip: f32, edges: usize, certain: usize,
): void {
  count(false, z, dh, rows, rowBytes, 0, base, far, dip, edges, certain);
}

/** The same by rows of {@link ROW} bytes, a multiple of four, which hold the channels several times over. */
export function countGeluRows(
  z: usize, dh: usize, rows: i32, channels: usize, base: usize, far: f32, dip: f32, edges: usize, certain: usize,
): void {
  count(true, z, dh, rows, ROW, channels, base, far, dip, edges, certain);
}

/** Completes the largest h from the largest z; uses the last two vectors of a block, which are still 0. */
export function finishGelu(base: usize, blocks: i32): void {
  for (let acc = base; blocks > 0; blocks--) {
    const topZ = v128.load(acc, 144);
    v128.store(acc, topZ, 160);
    gelu(acc + 160, acc + 176, 4);
    const rises = f32x4.ge(topZ, splat(RISES));
    const top = v128.bitselect(v128.load(acc, 176), splat(-Infinity), rises);
    v128.store(acc, f32x4.pmax(v128.load(acc, 128), top), 128);
    v128.store(acc, i32x4.splat(0), 160);
    v128.store(acc, i32x4.splat(0), 176);
    acc += BLOCK;
  }
}
