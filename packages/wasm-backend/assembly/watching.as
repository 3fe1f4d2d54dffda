import { markNonFinite, raise } from './liveness';

// Who lives, of values that were just computed and are in the cache still.

/**
 * Watches `count` units, a multiple of 8, of two images, `apart` bytes from each other, in one loop, so that `best` is read
 * and written once for both; with `cut` z becomes max(z, 0) in place.
 *
 * @param first  the number of the first unit
 */
// @ts-ignore: decorator
@inline
function watchPair(
  z: usize, apart: usize, count: usize, first: usize, channels: usize, best: usize, nonFinite: usize, cut: bool,
): void {
  const zero = f32x4.splat(0);
  for (const end = z + (count << 2); z < end; z += 32, best += 32, first += 8) {
    const v = v128.load(z), v1 = v128.load(z, 16), w = v128.load(z + apart), w1 = v128.load(z + apart, 16);
    // v − v is +0, of no bits, unless v is NaN or infinite.
    const bad = v128.or(v128.or(f32x4.sub(v, v), f32x4.sub(v1, v1)), v128.or(f32x4.sub(w, w), f32x4.sub(w1, w1)));
    if (v128.any_true(bad)) {
      markNonFinite(z, 8, first, channels, best, nonFinite);
      markNonFinite(z + apart, 8, first, channels, best, nonFinite);
    }
    v128.store(best, f32x4.pmax(f32x4.pmax(v128.load(best), v), w));
    v128.store(best, f32x4.pmax(f32x4.pmax(v128.load(best, 16), v1), w1), 16);
    if (!cut) continue;
    v128.store(z, f32x4.pmax(v, zero));
    v128.store(z, f32x4.pmax(v1, zero), 16);
    v128.store(z + apart, f32x4.pmax(w, zero));
    v128.store(z + apart, f32x4.pmax(w1, zero), 16);
  }
}

/** One image from unit `first` on, as in {@link watchImages}. */
function watchImage(
  z: usize, units: usize, first: usize, channels: usize, best: usize, nonFinite: usize, cut: bool,
): void {
  while (first < units) {
    const count = min<usize>(2048, units - first);
    const to = best + (first << 2);
    let at = z + (first << 2);
    if (!raise(at, to, count)) markNonFinite(at, count, first, channels, to, nonFinite);
    first += count;
    if (!cut) continue;
    const vectors = at + ((count & ~3) << 2);
    for (; at < vectors; at += 16) v128.store(at, f32x4.pmax(v128.load(at), f32x4.splat(0)));
    for (const end = z + (first << 2); at < end; at += 4) f32.store(at, f32.load(at) < 0 ? 0 : f32.load(at));
  }
}

/**
 * Watches images that were just computed and are in the cache; with `cut` z then becomes max(z, 0) in place. `best` and
 * `nonFinite`, of one thread, as in {@link activationLiveness}.
 */
export function watchImages(
  z: usize, images: i32, units: usize, channels: usize, best: usize, nonFinite: usize, cut: bool,
): void {
  const apart = units << 2;
  const paired = units & ~7;
  for (; images > 1; images -= 2, z += apart << 1) {
    if (cut) watchPair(z, apart, paired, 0, channels, best, nonFinite, true);
    else watchPair(z, apart, paired, 0, channels, best, nonFinite, false);
    watchImage(z, units, paired, channels, best, nonFinite, cut);
    watchImage(z + apart, units, paired, channels, best, nonFinite, cut);
  }
  if (images > 0) watchImage(z, units, 0, channels, best, nonFinite, cut);
}

/** Adds what another thread has watched: best = max(best, other), NaN where either is, and counts of what is not finite. */
export function mergeWatched(
  best: usize, other: usize, units: usize, nonFinite: usize, otherNonFinite: usize, channels: usize,
): void {
  for (let i: usize = 0; i < units << 2; i += 4) {
    const v = f32.load(other + i);
    if (v != v || v > f32.load(best + i)) f32.store(best + i, v);
  }
  for (let c: usize = 0; c < channels << 2; c += 4)
    i32.store(nonFinite + c, i32.load(nonFinite + c) + i32.load(otherNonFinite + c));
}
