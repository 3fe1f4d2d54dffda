import { fma } from './vector';

// Depthwise convolutions, channels last: x f32[n, h, w, ci], w f32[kh, kw, ci, k], dy f32[n, ho, wo, ci · k].

/** Columns of the output whose tap at `offset` lies inside a row of `w` pixels: first and one past the last. */
// @ts-ignore: decorator
@inline
function firstColumn(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
}

// @ts-ignore: decorator
@inline
function endColumn(offset: i32, stride: i32, w: i32, wo: i32): i32 {
  const last = w - 1 - offset;
  return last < 0 ? 0 : min(wo, last / stride + 1);
}

/** First tap of `size` whose position `at` + tap · `dilation` is not negative, and one past the last that is below `extent`. */
// @ts-ignore: decorator
@inline
function firstTap(at: i32, dilation: i32): i32 {
  return at >= 0 ? 0 : (-at + dilation - 1) / dilation;
}

// @ts-ignore: decorator
@inline
function endTap(at: i32, dilation: i32, size: i32, extent: i32): i32 {
  return at >= extent ? 0 : min(size, (extent - 1 - at) / dilation + 1);
}

/** y = Σ x · w over the taps inside the image. */
export function depthwise(
  x: usize, w: usize, y: usize, n: i32, h: i32, width: i32, ci: i32, k: i32, kh: i32, kw: i32, sh: i32, sw: i32,
  dh: i32, dw: i32, top: i32, left: i32, ho: i32, wo: i32,
): void {
  const pixel: usize = ci << 2;
  const outPixel: usize = pixel * k;
  const rowStep: usize = <usize>(dh * width) * pixel, tapRow: usize = kw * outPixel;
  const columnStep: usize = dw * pixel;
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < ho; oy++) {
      const iy = oy * sh - top;
      const ky0 = firstTap(iy, dh), ky1 = endTap(iy, dh, kh, h);
      for (let ox = 0; ox < wo; ox++) {
        const ix = ox * sw - left;
        const kx0 = firstTap(ix, dw), kx1 = endTap(ix, dw, kw, width);
        const columns: usize = max(kx1 - kx0, 0);
        const from = x + <usize>((iy + ky0 * dh) * width + ix + kx0 * dw) * pixel;
        const taps = w + ky0 * tapRow + kx0 * outPixel;
        const rows = columns == 0 ? 0 : ky1 - ky0;
        let c: usize = 0;
        if (k == 1) {
          for (; c + 64 <= pixel; c += 64) {
            let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
            let a = from + c, b = taps + c;
            for (let r = 0; r < rows; r++) {
              let p = a, q = b;
              const end = q + columns * outPixel;
              while (q < end) {
                s0 = fma(v128.load(p), v128.load(q), s0);
                s1 = fma(v128.load(p, 16), v128.load(q, 16), s1);
                s2 = fma(v128.load(p, 32), v128.load(q, 32), s2);
                s3 = fma(v128.load(p, 48), v128.load(q, 48), s3);
                p += columnStep;
                q += outPixel;
              }
              a += rowStep;
              b += tapRow;
            }
            v128.store(y + c, s0);
            v128.store(y + c, s1, 16);
            v128.store(y + c, s2, 32);
            v128.store(y + c, s3, 48);
          }
          for (; c + 16 <= pixel; c += 16) {
            let s = f32x4.splat(0);
            let a = from + c, b = taps + c;
            for (let r = 0; r < rows; r++) {
              let p = a, q = b;
              const end = q + columns * outPixel;
              while (q < end) {
                s = fma(v128.load(p), v128.load(q), s);
                p += columnStep;
                q += outPixel;
              }
              a += rowStep;
              b += tapRow;
            }
            v128.store(y + c, s);
          }
        }
        for (; c < pixel; c += 4) {
          for (let m: usize = 0; m < <usize>k; m++) {
            const out = c * k + (m << 2);
            let s: f32 = 0;
            let a = from + c, b = taps + out;
            for (let r = 0; r < rows; r++) {
              let p = a, q = b;
              const end = q + columns * outPixel;
              while (q < end) {
                s += f32.load(p) * f32.load(q);
                p += columnStep;
                q += outPixel;
              }
              a += rowStep;
              b += tapRow;
            }
            f32.store(y + out, s);
          }
        }
        y += outPixel;
      }
    }
    x += <usize>(h * width) * pixel;
  }
}

/** dw += Σ x · dy; dw starts zeroed. */
export function depthwiseFilterGradient(
  x: usize, dy: usize, dw: usize, n: i32, h: i32, w: i32, ci: i32, k: i32, kh: i32, kw: i32, sh: i32, sw: i32,
  dh: i32, dwidth: i32, top: i32, left: i32, ho: i32, wo: i32,
): void {
  const co = ci * k;
  const stepX: usize = (sw * ci) << 2;
  const stepY: usize = co << 2;
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < ho; oy++) {
      const rowY = dy + ((<usize>(image * ho + oy) * wo * co) << 2);
      for (let ky = 0; ky < kh; ky++) {
        const iy = oy * sh + ky * dh - top;
        if (iy < 0 || iy >= h) continue;
        const rowX = x + ((<usize>(image * h + iy) * w * ci) << 2);
        for (let kx = 0; kx < kw; kx++) {
          const offset = kx * dwidth - left;
          const first = firstColumn(offset, sw), end = endColumn(offset, sw, w, wo);
          if (first >= end) continue;
          const px = rowX + ((<usize>(first * sw + offset) * ci) << 2);
          const py = rowY + <usize>first * stepY;
          const count: usize = (end - first);
          const to = dw + ((<usize>(ky * kw + kx) * co) << 2);
          let c = 0;
          if (k == 1) {
            for (; c + 4 <= ci; c += 4) {
              let acc = v128.load(to + (c << 2));
              let a = px + (c << 2), b = py + (c << 2);
              const stop = b + count * stepY;
              while (b < stop) {
                acc = fma(v128.load(a), v128.load(b), acc);
                a += stepX;
                b += stepY;
              }
              v128.store(to + (c << 2), acc);
            }
          }
          for (; c < ci; c++) {
            for (let q = 0; q < k; q++) {
              const at: usize = (c * k + q) << 2;
              let acc = f32.load(to + at);
              let a = px + (c << 2), b = py + at;
              const stop = b + count * stepY;
              while (b < stop) {
                acc += f32.load(a) * f32.load(b);
                a += stepX;
                b += stepY;
              }
              f32.store(to + at, acc);
            }
          }
        }
      }
    }
  }
}

/** dx += Σ dy · w; dx starts zeroed. */
export function depthwiseInputGradient(
  dy: usize, weights: usize, dx: usize, n: i32, h: i32, w: i32, ci: i32, k: i32, kh: i32, kw: i32, sh: i32, sw: i32,
  dh: i32, dwidth: i32, top: i32, left: i32, ho: i32, wo: i32,
): void {
  const co = ci * k;
  const stepX: usize = (sw * ci) << 2;
  const stepY: usize = co << 2;
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < ho; oy++) {
      const rowY = dy + ((<usize>(image * ho + oy) * wo * co) << 2);
      for (let ky = 0; ky < kh; ky++) {
        const iy = oy * sh + ky * dh - top;
        if (iy < 0 || iy >= h) continue;
        const rowX = dx + ((<usize>(image * h + iy) * w * ci) << 2);
        for (let kx = 0; kx < kw; kx++) {
          const offset = kx * dwidth - left;
          const first = firstColumn(offset, sw), end = endColumn(offset, sw, w, wo);
          if (first >= end) continue;
          const px = rowX + ((<usize>(first * sw + offset) * ci) << 2);
          const py = rowY + <usize>first * stepY;
          const count: usize = (end - first);
          const tap = weights + ((<usize>(ky * kw + kx) * co) << 2);
          let c = 0;
          if (k == 1) {
            for (; c + 4 <= ci; c += 4) {
              const v = v128.load(tap + (c << 2));
              let a = px + (c << 2), b = py + (c << 2);
              const stop = b + count * stepY;
              while (b < stop) {
                v128.store(a, fma(v128.load(b), v, v128.load(a)));
                a += stepX;
                b += stepY;
              }
            }
          }
          for (; c < ci; c++) {
            for (let q = 0; q < k; q++) {
              const at: usize = (c * k + q) << 2;
              const v = f32.load(tap + at);
              let a = px + (c << 2), b = py + at;
              const stop = b + count * stepY;
              while (b < stop) {
                f32.store(a, f32.load(a) + f32.load(b) * v);
                a += stepX;
                b += stepY;
              }
            }
          }
        }
      }
    }
  }
}
