// Channels last. A window is clipped to the image, so padding never takes part.

// @ts-ignore: decorator
@inline
function start(o: i32, stride: i32, before: i32): i32 {
  return o * stride - before;
}

/** y = max over each window; NaN if there is one in it. */
export function maxPool(
  x: usize, y: usize, n: i32, h: i32, w: i32, c: i32, kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32, ho: i32, wo: i32,
): void {
  const pixel: usize = c << 2;
  const row: usize = w * pixel;
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < ho; oy++) {
      const y0 = max(start(oy, sh, top), 0), y1 = min(start(oy, sh, top) + kh, h);
      for (let ox = 0; ox < wo; ox++) {
        const x0 = max(start(ox, sw, left), 0), x1 = min(start(ox, sw, left) + kw, w);
        const first = x + y0 * row + x0 * pixel;
        const last = x + y1 * row;
        const width: usize = (x1 - x0) * pixel;
        let at: usize = 0;
        const vectors: usize = (c & ~3) << 2;
        while (at < vectors) {
          // pmax takes one instruction where max proper takes many, but passes over NaN: that is kept apart.
          let best = v128.load(first + at);
          let nan = f32x4.ne(best, best);
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) {
              const v = v128.load(p);
              best = f32x4.pmax(best, v);
              nan = v128.or(nan, f32x4.ne(v, v));
            }
          }
          v128.store(y + at, v128.or(best, nan));
          at += 16;
        }
        while (at < pixel) {
          let best = f32.load(first + at);
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) best = max<f32>(best, f32.load(p));
          }
          f32.store(y + at, best);
          at += 4;
        }
        y += pixel;
      }
    }
    x += h * row;
  }
}

/** dx = dy at the first maximum of each window (the first NaN, if there is one), 0 elsewhere. */
export function maxPoolGrad(
  x: usize, dy: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32,
  ho: i32, wo: i32,
): void {
  const pixel: usize = c << 2;
  const row: usize = w * pixel;
  const toGradient = dx - x;
  // Windows that lie side by side and cover the image write each value once: nothing to clear, nothing to add to.
  const covering = sh == kh && sw == kw && top == 0 && left == 0 && ho * kh == h && wo * kw == w;
  if (!covering) memory.fill(dx, 0, <usize>(n * h) * row);
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < ho; oy++) {
      const y0 = max(start(oy, sh, top), 0), y1 = min(start(oy, sh, top) + kh, h);
      for (let ox = 0; ox < wo; ox++) {
        const x0 = max(start(ox, sw, left), 0), x1 = min(start(ox, sw, left) + kw, w);
        const first = x + y0 * row + x0 * pixel;
        const last = x + y1 * row;
        const width: usize = (x1 - x0) * pixel;
        let at: usize = 0;
        const vectors: usize = (c & ~3) << 2;
        while (at < vectors) {
          let best = v128.load(first + at);
          let nan = f32x4.ne(best, best);
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) {
              const v = v128.load(p);
              best = f32x4.pmax(best, v);
              nan = v128.or(nan, f32x4.ne(v, v));
            }
          }
          const d = v128.load(dy + at);
          let open = i32x4.splat(-1);
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) {
              const v = v128.load(p);
              // Where there is a NaN in the window, only a NaN is its maximum.
              const is = v128.bitselect(f32x4.ne(v, v), f32x4.eq(v, best), nan);
              const hit = v128.and(open, is);
              open = v128.andnot(open, is);
              const g = p + toGradient;
              const share = v128.and(d, hit);
              v128.store(g, covering ? share : f32x4.add(v128.load(g), share));
            }
          }
          at += 16;
        }
        while (at < pixel) {
          let best = f32.load(first + at);
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) best = max<f32>(best, f32.load(p));
          }
          let open = true;
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) {
              const v = f32.load(p);
              const g = p + toGradient;
              if (covering) f32.store(g, 0);
              if (open && (v == best || v != v)) {
                f32.store(g, f32.load(g) + f32.load(dy + at));
                open = false;
              }
            }
          }
          at += 4;
        }
        dy += pixel;
      }
    }
    x += h * row;
  }
}

/** y = mean of each window's pixels inside the image. */
export function avgPool(
  x: usize, y: usize, n: i32, h: i32, w: i32, c: i32, kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32, ho: i32, wo: i32,
): void {
  const pixel: usize = c << 2;
  const row: usize = w * pixel;
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < ho; oy++) {
      const y0 = max(start(oy, sh, top), 0), y1 = min(start(oy, sh, top) + kh, h);
      for (let ox = 0; ox < wo; ox++) {
        const x0 = max(start(ox, sw, left), 0), x1 = min(start(ox, sw, left) + kw, w);
        const first = x + y0 * row + x0 * pixel;
        const last = x + y1 * row;
        const width: usize = (x1 - x0) * pixel;
        const count: f32 = <f32>((y1 - y0) * (x1 - x0));
        let at: usize = 0;
        const vectors: usize = (c & ~3) << 2;
        while (at < vectors) {
          let sum = f32x4.splat(0);
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) sum = f32x4.add(sum, v128.load(p));
          }
          v128.store(y + at, f32x4.div(sum, f32x4.splat(count)));
          at += 16;
        }
        while (at < pixel) {
          let sum: f32 = 0;
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) sum += f32.load(p);
          }
          f32.store(y + at, sum / count);
          at += 4;
        }
        y += pixel;
      }
    }
    x += h * row;
  }
}

/** dx += dy / (pixels of the window inside the image) over each window, 0 elsewhere. */
export function avgPoolGrad(
  dy: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32, ho: i32, wo: i32,
): void {
  const pixel: usize = c << 2;
  const row: usize = w * pixel;
  memory.fill(dx, 0, <usize>(n * h) * row);
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < ho; oy++) {
      const y0 = max(start(oy, sh, top), 0), y1 = min(start(oy, sh, top) + kh, h);
      for (let ox = 0; ox < wo; ox++) {
        const x0 = max(start(ox, sw, left), 0), x1 = min(start(ox, sw, left) + kw, w);
        const first = dx + y0 * row + x0 * pixel;
        const last = dx + y1 * row;
        const width: usize = (x1 - x0) * pixel;
        const count: f32 = <f32>((y1 - y0) * (x1 - x0));
        let at: usize = 0;
        const vectors: usize = (c & ~3) << 2;
        while (at < vectors) {
          const d = f32x4.div(v128.load(dy + at), f32x4.splat(count));
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) v128.store(p, f32x4.add(v128.load(p), d));
          }
          at += 16;
        }
        while (at < pixel) {
          const d = f32.load(dy + at) / count;
          for (let line = first + at; line < last; line += row) {
            for (let p = line, end = line + width; p < end; p += pixel) f32.store(p, f32.load(p) + d);
          }
          at += 4;
        }
        dy += pixel;
      }
    }
    dx += h * row;
  }
}
