import { addSums, countZeros } from './blocks';
import { BLOCK, high2, low2 } from './figures';
import { gelu } from './gelu';
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

/**
 * The counts of h = gelu(z) at a multiple of four positions of one sample, but for units that fire.
 *
 * @param far     |h| above this lies in the intervals in which a unit fires
 * @param dip     h above this is in them too, beyond the gap between them
 * @param certain f32[channels], written: true where all units of the column are known to fire
 */
export function countGelu(
  z: usize, dh: usize, rows: i32, rowBytes: usize, acc: usize, far: f32, dip: f32, certain: usize,
): void {
  const zero = splat(0);
  const tile = <usize>rows * rowBytes;
  for (let c: usize = 0; c < rowBytes; c += 16) {
    let p = z + c;
    const end = p + tile;
    let s = zero, qa = zero, qb = zero, size = zero, nearest = splat(-Infinity), low = splat(Infinity), topZ = nearest;
    while (p < end) {
      const y = p + dh, p1 = p + rowBytes, y1 = y + rowBytes, p2 = p1 + rowBytes, y2 = y1 + rowBytes, p3 = p2 + rowBytes;
      const ha = v128.load(y), hb = v128.load(y1), hc = v128.load(y2), hd = v128.load(y2 + rowBytes);
      s = f32x4.add(s, f32x4.add(f32x4.add(ha, hb), f32x4.add(hc, hd)));
      qa = fma(hc, hc, fma(ha, ha, qa));
      qb = fma(hd, hd, fma(hb, hb, qb));
      low = f32x4.pmin(low, f32x4.pmin(f32x4.pmin(ha, hb), f32x4.pmin(hc, hd)));
      const na = minusAbs(ha), nb = minusAbs(hb), nc = minusAbs(hc), nd = minusAbs(hd);
      size = f32x4.add(size, f32x4.add(f32x4.add(na, nb), f32x4.add(nc, nd)));
      nearest = f32x4.pmax(nearest, f32x4.pmax(f32x4.pmax(na, nb), f32x4.pmax(nc, nd)));
      topZ = f32x4.pmax(topZ, f32x4.pmax(f32x4.pmax(v128.load(p), v128.load(p1)), f32x4.pmax(v128.load(p2), v128.load(p3))));
      p = p3 + rowBytes;
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
    const fires = v128.and(f32x4.lt(nearest, splat(-far)), f32x4.gt(low, splat(dip)));
    v128.store(certain + c, v128.and(fires, f32x4.eq(s, s)));
    acc += BLOCK;
  }
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
