import { addSums, mend, touch } from './blocks';
import { BLOCK } from './figures';
import { fma } from './vector';

// Relu, counted while it is applied, where a row of 256 bytes holds whole positions: sixteen rows at a time, column by column
// of four channels. Rows a constant apart need no arithmetic for addresses, and a column of a block is summed up in registers:
// stores are what this waits for most, and of five, four are those of the plain function.

export const ROW: usize = 256;
export const BLOCK_BYTES: usize = 16 * ROW;
/** Columns of a row. */
const COLUMNS: usize = 16;
/** Blocks whose sums are in float32. */
const RUN = 16;
/** Bytes of a column's sums: Σh, Σh², and the largest z. */
const SUMS: usize = 48;

/** Whether rows hold whole positions. */
export function suitsRows(channels: i32): bool {
  return (64 / channels) * channels == 64;
}

/** Blocks of so many positions. */
export function blocksOf(positions: i32, channels: i32): i32 {
  return <i32>((<usize>positions * channels * 4) / BLOCK_BYTES);
}

/**
 * A block, column by column, four rows at a time, since registers hold no more.
 *
 * @param bytes added to: of each column, four channels of a row after the other
 * @param sums  added to
 * @param next  a block that is brought into the cache meanwhile
 */
function countBlock(z: usize, dh: usize, bytes: usize, sums: usize, next: usize): void {
  const zero = f32x4.splat(0);
  const end = z + ROW;
  do {
    let p = z, s = zero, q = zero, top = v128.load(sums, 32);
    const last = z + BLOCK_BYTES;
    do {
      const y = p + dh;
      touch(next);
      touch(next + dh);
      next += 64;
      const z0 = v128.load(p), h0 = f32x4.pmax(z0, zero);
      v128.store(y, h0);
      const z1 = v128.load(p, 256), h1 = f32x4.pmax(z1, zero);
      v128.store(y, h1, 256);
      const z2 = v128.load(p, 512), h2 = f32x4.pmax(z2, zero);
      v128.store(y, h2, 512);
      const z3 = v128.load(p, 768), h3 = f32x4.pmax(z3, zero);
      v128.store(y, h3, 768);
      // Narrowing keeps what is above 0 above 0, by the bits of floats; a NaN too: see `mend`.
      const narrow = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(z0, z1), i16x8.narrow_i32x4_s(z2, z3));
      v128.store(bytes, i8x16.sub(v128.load(bytes), i8x16.gt_s(narrow, zero)));
      top = f32x4.pmax(top, f32x4.pmax(f32x4.pmax(z0, z1), f32x4.pmax(z2, z3)));
      q = f32x4.add(q, fma(h3, h3, fma(h2, h2, fma(h1, h1, f32x4.mul(h0, h0)))));
      s = f32x4.add(s, f32x4.add(f32x4.add(h0, h1), f32x4.add(h2, h3)));
      bytes += 16;
      p += 4 * ROW;
    } while (p < last);
    v128.store(sums, f32x4.add(v128.load(sums), s));
    v128.store(sums, f32x4.add(v128.load(sums, 16), q), 16);
    v128.store(sums, top, 32);
    sums += SUMS;
    z += 16;
  } while (z < end);
}

/** Sums as they are at first. */
function clear(sums: usize): void {
  for (const end = sums + COLUMNS * SUMS; sums < end; sums += SUMS) {
    v128.store(sums, f32x4.splat(0));
    v128.store(sums, f32x4.splat(0), 16);
    v128.store(sums, f32x4.splat(-Infinity), 32);
  }
}

/** Adds what `rows` rows from z on have summed up to the accumulators of their channels. */
function addColumns(z: usize, dh: usize, rows: i32, channels: usize, units: usize, fired: usize, acc: usize, sums: usize): void {
  for (let c: usize = 0; c < 64; c += 4, sums += SUMS) {
    const channel = c & (channels - 1), f = fired + (channel << 2), at = c << 2;
    const s = v128.load(sums);
    addSums(acc + (channel >> 2) * BLOCK, s, v128.load(sums, 16), z + dh + at, rows, ROW);
    v128.store(f, f32x4.pmax(v128.load(f), v128.load(sums, 32)));
    if (v128.any_true(f32x4.ne(s, s))) mend(z + at, rows, ROW, units + at, f);
  }
}

/**
 * h = max(z, 0) and its counts at `blocks` blocks of one sample, as `countRelu` does it.
 *
 * @param bytes  u8[512 · blocks], added to where z is above 0; see {@link addRows}
 * @param fired  f32[channels], raised to the largest z
 * @param sums   scratch of {@link COLUMNS} · {@link SUMS} bytes
 * @param sample bytes to the next sample, which comes into the cache after this one
 * @param stop   the end of the last sample
 */
export function countRows(
  z: usize, dh: usize, blocks: i32, channels: usize, bytes: usize, units: usize, fired: usize, acc: usize, sums: usize,
  sample: usize, stop: usize,
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
      countBlock(z, dh, bytes, sums, next);
      bytes += BLOCK_BYTES >> 2;
    }
    addColumns(from, dh, <i32>((last - from) / ROW), channels, units, fired, acc, sums);
    units += last - from;
  }
}

/** Adds counts in the order of `countRows` to units i32[positions, channels], and sets them to 0. */
export function addRows(bytes: usize, blocks: i32, units: usize): void {
  for (; blocks > 0; blocks--) {
    for (let c: usize = 0, at = bytes; c < ROW; c += 16) {
      for (let u = units + c, end = u + BLOCK_BYTES; u < end; u += 4 * ROW, at += 16) {
        const count = v128.load(at);
        const first = i16x8.extend_low_i8x16_u(count), second = i16x8.extend_high_i8x16_u(count);
        v128.store(u, i32x4.add(v128.load(u), i32x4.extend_low_i16x8_u(first)));
        v128.store(u, i32x4.add(v128.load(u, 256), i32x4.extend_high_i16x8_u(first)), 256);
        v128.store(u, i32x4.add(v128.load(u, 512), i32x4.extend_low_i16x8_u(second)), 512);
        v128.store(u, i32x4.add(v128.load(u, 768), i32x4.extend_high_i16x8_u(second)), 768);
        v128.store(at, i32x4.splat(0));
      }
    }
    bytes += BLOCK_BYTES >> 2;
    units += BLOCK_BYTES;
  }
}
