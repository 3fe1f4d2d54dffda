/** Whether a value of one column of pixels, `rows` rows from `x` on, is not 0 (NaN is not). ci is a multiple of 4. */
function isAnyNonZero(x: usize, rows: i32, rowBytes: usize, ci: i32): bool {
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++, x += rowBytes) {
    const end = x + (<usize>ci << 2);
    for (let p = x; p < end; p += 16) if (v128.any_true(f32x4.ne(v128.load(p), zero))) return true;
  }
  return false;
}

/** y − y: 0 where y is finite; NaN and infinity, which an infinite or NaN weight makes of 0, stay not finite. */
function clear(y: usize, co: i32): void {
  const end = y + (<usize>co << 2);
  for (; y < end; y += 16) {
    const v = v128.load(y);
    v128.store(y, f32x4.sub(v, v));
  }
}

/**
 * Sets outputs to exactly 0 whose patches hold nothing but 0, in the rows `first` to `last` of all images' output rows.
 * Winograd's tiles mix pixels, so that such outputs come out as what rounding leaves of their neighbours, above 0 as
 * often as below: a ReLU would fire there. Each pixel is looked at once a row, up to its first value that is not 0.
 * x f32[n, h, w, ci], y f32[n, ho, wo, co], stride 1; channels in fours.
 */
export function clearEmptyPatches(
  taps: i32, x: usize, h: i32, w: i32, ci: i32, top: i32, left: i32, y: usize, ho: i32, wo: i32, co: i32, first: i32,
  last: i32,
): void {
  const pixelBytes = <usize>ci << 2, rowBytes = pixelBytes * <usize>w, outBytes = <usize>co << 2;
  for (let row = first; row < last; row++) {
    const image = row / ho, oy = row % ho;
    const from = max(oy - top, 0), to = min(oy - top + taps, h);
    const patch = x + (<usize>(image * h + from)) * rowBytes;
    let out = y + <usize>row * <usize>wo * outBytes;
    let seen = -1, next = 0;
    for (let ox = 0; ox < wo; ox++, out += outBytes) {
      const right = min(ox - left + taps, w);
      for (; next < right; next++)
        if (isAnyNonZero(patch + <usize>next * pixelBytes, to - from, rowBytes, ci)) seen = next;
      if (seen < ox - left || seen < 0) clear(out, co);
    }
  }
}

/** Whether a pixel holds a value that is not 0. */
// @ts-ignore: decorator
@inline
function isSet(pixel: usize, bytes: usize): bool {
  return isAnyNonZero(pixel, 1, 0, <i32>(bytes >> 2));
}

/**
 * One bit for each of the 4 × 4 outputs of Winograd's tile whose taps all read 0: bit 4 y + x, of the patch of `points` ×
 * `points` pixels at `p`. As a rule the pixels in the middle, one of which every output reads, settle it.
 */
export function emptyOutputs(points: i32, p: usize, row: usize, pixel: usize): u32 {
  const taps = points - 3;
  const middle = p + 3 * row + 3 * pixel;
  if (isSet(middle, pixel)) {
    if (taps == 5) return 0;
    if (isSet(middle - row, pixel) && isSet(middle - pixel, pixel) && isSet(middle - row - pixel, pixel)) return 0;
  }
  let set: u64 = 0;
  for (let i = 0; i < points; i++) {
    for (let j = 0; j < points; j++)
      set |= <u64>isSet(p + <usize>i * row + <usize>j * pixel, pixel) << <u64>(i * points + j);
  }
  let empty: u32 = 0;
  let taken: u64 = 0;
  for (let i = 0; i < taps; i++) taken |= (((<u64>1) << <u64>taps) - 1) << <u64>(i * points);
  for (let i = 0; i < 16; i++) {
    const at = <u64>((i >> 2) * points + (i & 3));
    if (!(set & (taken << at))) empty |= <u32>1 << i;
  }
  return empty;
}
