import { GELU } from './activationCodes';
import { activation } from './activations';
import { addBytes, countRelu } from './blocks';
import { BLOCK, finishKind, LEAKY, MADE, RECTIFIED, SIX } from './figures';
import { gelu } from './gelu';
import { countGelu, countGeluRows, finishGelu } from './geluCounts';
import { countLeaky, suitsLeaky } from './leaky';
import { countLeakyRows } from './leakyRows';
import { countSix } from './six';
import { addRows, blocksOf, countRows, ROW, suitsRows } from './rows';
import { always, leaky, rectified, recountUnits, six, within, withinTwo } from './tiles';

// Activates and counts in one pass over memory: tiles of a few positions that stay in the first-level cache, column by column of
// four channels. Sums run in float32 within a tile, about its first value, and are added up in float64. A tile lies within
// one sample: how samples fall into batches does not show in the sums.

/** How h comes about: the functions of their own, or any that has been applied already. */
// @ts-ignore: decorator
@inline
function kindOf(op: i32, a: f32, windows: i32): i32 {
  return op == RECTIFIED || op == SIX || (op == LEAKY && a > 0 && a <= 1 && windows == 0) ? op : MADE;
}

/**
 * h = f(z) at the positions from `first` to `last` of each sample, and what {@link finishCounts} makes figures of, for channels
 * by fours (`op`: as in `activation`).
 *
 * @param windows closed intervals of z in which a unit fires, up to two; 0: wherever z is a number
 * @param edges   f32[2 · windows]; not read for relu and relu6, which fire where their slope is 1
 * @param tile    positions in a tile: the same for the same channels, whatever the batch
 * @param units   i32[positions, channels], written
 * @param fired   scratch i32[batch, channels], written
 * @param bytes   scratch u8[positions, channels] for relu, relu6, leaky ReLU and gelu with channels by eights, which are counted by blocks;
 *                0: they are not
 * @param base    scratch of {@link BLOCK} bytes for each four channels, written
 * @param sums    scratch of 1,536 bytes
 */
export function countPositions(
  op: i32, z: usize, h: usize, batch: i32, positions: i32, channels: i32, a: f32, b: f32, windows: i32, edges: usize, tile: i32,
  first: i32, last: i32, units: usize, fired: usize, bytes: usize, base: usize, sums: usize,
): void {
  const rowBytes: usize = channels << 2;
  const sample: usize = <usize>positions * rowBytes;
  const kind = kindOf(op, a, windows);
  const nothing = f32x4.splat(-Infinity), zero = i32x4.splat(0);
  memory.fill(base, 0, (<usize>channels >> 2) * BLOCK);
  for (let c: usize = 0, acc = base; c < rowBytes; c += 16, acc += BLOCK) {
    v128.store(acc, f32x4.splat(Infinity), 112);
    v128.store(acc, nothing, 128);
    v128.store(acc, nothing, 144);
  }
  const mask = kind == RECTIFIED ? nothing : windows == 0 && kind > SIX ? i32x4.splat(-1) : zero;
  for (let i: usize = 0; i < <usize>batch * rowBytes; i += 16) v128.store(fired + i, mask);
  const full = kind > SIX ? i32x4.splat(batch) : zero;
  for (let i = <usize>first * rowBytes; i < <usize>last * rowBytes; i += 16) v128.store(units + i, full);
  const dh = h - z;
  const isGelu = op == GELU && windows > 0 && f32.load(edges) < -1 && f32.load(edges + (windows << 3) - 4) == Infinity;
  const byBlocks = bytes != 0 && (kind <= SIX || (kind == LEAKY && suitsLeaky(a)) || isGelu);
  // At the edges of the intervals in which a unit fires, with room for the roundings.
  let far: f32 = 0, dip: f32 = -Infinity;
  const certain = bytes + <usize>first * channels;
  if (isGelu && byBlocks) {
    gelu(edges, certain, windows << 1);
    far = abs<f32>(f32.load(certain)) * 1.00001;
    if (windows > 1) dip = max(f32.load(certain, 4), f32.load(certain, 8)) * 0.9999985;
  }
  const byRows = byBlocks && (kind == RECTIFIED || kind == LEAKY) && suitsRows(channels);
  const blocks = byRows ? blocksOf(last - first, channels) : 0;
  const stop = z + <usize>batch * sample, rest = first + blocks * (1024 / channels);
  // Blocks hold two positions, the last one too.
  if (byBlocks) memory.fill(bytes + <usize>first * channels, 0, (<usize>(last - first + 1) & ~1) * channels);
  for (let n = 0; n < batch; n += kind > SIX || byBlocks ? 1 : 2) {
    const two = n + 1 < batch && !byBlocks;
    const row = fired + <usize>n * rowBytes;
    if (blocks > 0 && kind == LEAKY)
      countLeakyRows(z + <usize>n * sample + <usize>first * rowBytes, dh, blocks, channels, base, a, sums, sample, stop);
    else if (blocks > 0) {
      const at = <usize>first * rowBytes, own = bytes + <usize>first * channels;
      countRows(z + <usize>n * sample + at, dh, blocks, channels, own, units + at, row, base, sums, sample, stop);
      // A byte counts to 255.
      if (n + 1 == batch || n % 255 == 254) addRows(own, blocks, units + at);
    }
    for (let p = rest; p < last; p += tile) {
      let rows = min(tile, last - p);
      let at = <usize>p * rowBytes;
      let from = z + <usize>n * sample + at;
      if (byBlocks) {
        const even = kind == SIX ? rows : rows & (kind > SIX ? ~3 : ~1);
        const tileBytes = <usize>even * rowBytes;
        // The next tile comes into the cache meanwhile, the first of the next sample after the last.
        let next = p + rows < last ? <usize>rows * rowBytes : sample - <usize>(p - rest) * rowBytes;
        if (from + next + tileBytes > z + <usize>batch * sample) next = 0;
        if (even > 0) {
          if (kind == RECTIFIED) countRelu(from, dh, even, rowBytes, bytes + <usize>p * channels, units + at, row, base, next);
          else if (kind == SIX) countSix(from, dh, even, rowBytes, bytes + <usize>p * channels, row, base, next);
          else if (kind == LEAKY) countLeaky(from, dh, even, rowBytes, base, a, next);
          else {
            gelu(from, from + dh, <usize>even * channels);
            const flat = suitsRows(channels) && (tileBytes & (4 * ROW - 1)) == 0;
            const line = flat ? ROW : rowBytes, lines = <i32>(tileBytes / line);
            if (flat) countGeluRows(from, dh, lines, channels, base, far, dip, edges, certain);
            else countGelu(from, dh, lines, rowBytes, base, far, dip, edges, certain);
            for (let c: usize = 0; c < line; c += 16) {
              const all = v128.load(certain + c), f = row + (c % rowBytes);
              const any = i32x4.all_true(all) ? all : recountUnits(windows, from + c, lines, line, units + at + c, edges);
              v128.store(f, v128.or(v128.load(f), any));
            }
          }
        }
        if (kind <= SIX && (n + 1 == batch || n % 255 == 254))
          addBytes(bytes + <usize>p * channels, even, rowBytes, units + at, base);
        from += tileBytes;
        at += tileBytes;
        rows -= even;
        if (rows == 0) continue;
      }
      // The next tile comes into the cache meanwhile.
      const ahead: usize = !byBlocks && rows == tile && p + 2 * tile <= last ? <usize>tile * rowBytes : 0;
      if (kind == RECTIFIED) rectified(from, dh, sample, two, rows, rowBytes, units + at, row, base, ahead);
      else if (kind == SIX) six(from, dh, sample, two, rows, rowBytes, units + at, row, base, ahead);
      else if (kind == LEAKY) leaky(from, dh, rows, rowBytes, base, a, ahead);
      else {
        activation(op, from, from + dh, <usize>rows * channels, a, b);
        if (windows == 0) always(from, dh, rows, rowBytes, base);
        else if (windows == 1) within(from, dh, rows, rowBytes, units + at, row, base, edges);
        else withinTwo(from, dh, rows, rowBytes, units + at, row, base, edges);
      }
    }
  }
  if (isGelu && byBlocks) finishGelu(base, channels >> 2);
}

/** The counts and figures of what `countPositions` has passed over: see `finishKind`. */
export function finishCounts(
  op: i32, z: usize, h: usize, batch: i32, positions: i32, channels: i32, a: f32, windows: i32, parts: i32, units: usize,
  fired: usize, base: usize, counts: usize, values: usize,
): void {
  const kind = kindOf(op, a, windows);
  finishKind(kind, z, h, batch, positions, channels, a, windows, parts, units, fired, base, counts, values);
}
