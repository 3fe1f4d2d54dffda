import { touch } from './blocks';
import { BLOCK } from './figures';
import { addLeaky } from './leaky';
import { BLOCK_BYTES, ROW } from './rows';
import { fma } from './vector';

// Leaky ReLU, counted while it is applied, by rows of 256 bytes: see rows.as.

/** Blocks whose sums are in float32: few, since at a NaN or a value near 0 a column of them is looked through again. */
const RUN = 4;
/** Bytes of a column's sums: Σh, Σz, Σh², the largest −|product| of four positions, the least and the largest z. */
const SUMS: usize = 96;

/** A block, column by column, four rows at a time, since registers hold no more; `next` comes into the cache meanwhile. */
function countBlock(z: usize, dh: usize, slope: f32, sums: usize, next: usize): void {
  const zero = f32x4.splat(0), sign = f32x4.splat(-0.0), a = f32x4.splat(slope);
  const end = z + ROW;
  do {
    let p = z, s = zero, sz = zero, q = zero, nearest = v128.load(sums, 48), low = v128.load(sums, 64), top = v128.load(sums, 80);
    const last = z + BLOCK_BYTES;
    do {
      const y = p + dh;
      touch(next);
      touch(next + dh);
      next += 64;
      const z0 = v128.load(p), h0 = f32x4.pmax(z0, f32x4.mul(z0, a));
      v128.store(y, h0);
      const z1 = v128.load(p, 256), h1 = f32x4.pmax(z1, f32x4.mul(z1, a));
      v128.store(y, h1, 256);
      const z2 = v128.load(p, 512), h2 = f32x4.pmax(z2, f32x4.mul(z2, a));
      v128.store(y, h2, 512);
      const z3 = v128.load(p, 768), h3 = f32x4.pmax(z3, f32x4.mul(z3, a));
      v128.store(y, h3, 768);
      s = f32x4.add(s, f32x4.add(f32x4.add(h0, h1), f32x4.add(h2, h3)));
      sz = f32x4.add(sz, f32x4.add(f32x4.add(z0, z1), f32x4.add(z2, z3)));
      q = f32x4.add(q, fma(h3, h3, fma(h2, h2, fma(h1, h1, f32x4.mul(h0, h0)))));
      low = f32x4.pmin(low, f32x4.pmin(f32x4.pmin(z0, z1), f32x4.pmin(z2, z3)));
      top = f32x4.pmax(top, f32x4.pmax(f32x4.pmax(z0, z1), f32x4.pmax(z2, z3)));
      nearest = f32x4.pmax(nearest, v128.or(f32x4.mul(f32x4.mul(z0, z1), f32x4.mul(z2, z3)), sign));
      p += 4 * ROW;
    } while (p < last);
    v128.store(sums, f32x4.add(v128.load(sums), s));
    v128.store(sums, f32x4.add(v128.load(sums, 16), sz), 16);
    v128.store(sums, f32x4.add(v128.load(sums, 32), q), 32);
    v128.store(sums, nearest, 48);
    v128.store(sums, low, 64);
    v128.store(sums, top, 80);
    sums += SUMS;
    z += 16;
  } while (z < end);
}

/** Sums as they are at first. */
function clear(sums: usize): void {
  for (const end = sums + (ROW >> 4) * SUMS; sums < end; sums += SUMS) {
    memory.fill(sums, 0, 48);
    v128.store(sums, f32x4.splat(-Infinity), 48);
    v128.store(sums, f32x4.splat(Infinity), 64);
    v128.store(sums, f32x4.splat(-Infinity), 80);
  }
}

/** Adds what `rows` rows of h have summed up to the accumulators of their channels. */
function addColumns(h: usize, rows: i32, channels: usize, base: usize, slope: f32, sums: usize): void {
  for (let c: usize = 0; c < 64; c += 4, sums += SUMS) {
    const acc = base + ((c & (channels - 1)) >> 2) * BLOCK;
    const low = f32x4.pmin(v128.load(sums, 64), v128.load(acc, 112)), top = f32x4.pmax(v128.load(sums, 80), v128.load(acc, 144));
    const s = v128.load(sums), sz = v128.load(sums, 16);
    addLeaky(acc, s, sz, v128.load(sums, 32), v128.load(sums, 48), low, top, slope, h + (c << 2), rows, ROW);
  }
}

/**
 * h = max(z, slope · z) and its counts at `blocks` blocks of one sample, as `countLeaky` does it.
 *
 * @param sums   scratch of 1,536 bytes
 * @param sample bytes to the next sample, which comes into the cache after this one
 * @param stop   the end of the last sample
 */
export function countLeakyRows(
  z: usize, dh: usize, blocks: i32, channels: usize, base: usize, slope: f32, sums: usize, sample: usize, stop: usize,
): void {
  const end = z + <usize>blocks * BLOCK_BYTES;
  const turn = sample - <usize>blocks * BLOCK_BYTES;
  while (z < end) {
    const from = z, last = min(end, z + RUN * BLOCK_BYTES);
    clear(sums);
    for (; z < last; z += BLOCK_BYTES) {
      let next = z + BLOCK_BYTES;
      if (next >= end) next += turn;
      if (next + BLOCK_BYTES > stop) next = z;
      countBlock(z, dh, slope, sums, next);
    }
    addColumns(from + dh, <i32>((last - from) / ROW), channels, base, slope, sums);
  }
}
