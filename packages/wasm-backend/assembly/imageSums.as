import { activationGrad } from './activationGradients';
import { maxPoolGrad } from './pooling';
import { high } from './sums';

// Column sums of gradients, image by image, while these are in the cache. Every image has a row of sums of its own, so that
// they come out the same whoever computes them: by a pass of their own, beside the gradient, on any number of threads.

/** Values that are worked on together, in the first-level cache with what they are made of. */
const AT_ONCE: i32 = 2048;

/** sums[c] += Σ over rows of x[row, c], in float64, row after row; columns a multiple of 4. */
function addColumns(x: usize, rows: i32, columns: usize, sums: usize): void {
  const rowBytes = columns << 2;
  const end = x + <usize>rows * rowBytes;
  let c: usize = 0;
  for (; c + 16 <= columns; c += 16) {
    let s0 = v128.load(sums), s1 = v128.load(sums, 16), s2 = v128.load(sums, 32), s3 = v128.load(sums, 48);
    let s4 = v128.load(sums, 64), s5 = v128.load(sums, 80), s6 = v128.load(sums, 96), s7 = v128.load(sums, 112);
    for (let p = x + (c << 2); p < end; p += rowBytes) {
      let v = v128.load(p);
      s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v));
      s1 = f64x2.add(s1, high(v));
      v = v128.load(p, 16);
      s2 = f64x2.add(s2, f64x2.promote_low_f32x4(v));
      s3 = f64x2.add(s3, high(v));
      v = v128.load(p, 32);
      s4 = f64x2.add(s4, f64x2.promote_low_f32x4(v));
      s5 = f64x2.add(s5, high(v));
      v = v128.load(p, 48);
      s6 = f64x2.add(s6, f64x2.promote_low_f32x4(v));
      s7 = f64x2.add(s7, high(v));
    }
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
    v128.store(sums, s3, 48);
    v128.store(sums, s4, 64);
    v128.store(sums, s5, 80);
    v128.store(sums, s6, 96);
    v128.store(sums, s7, 112);
    sums += 128;
  }
  for (; c < columns; c += 4) {
    let s0 = v128.load(sums), s1 = v128.load(sums, 16);
    for (let p = x + (c << 2); p < end; p += rowBytes) {
      const v = v128.load(p);
      s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v));
      s1 = f64x2.add(s1, high(v));
    }
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    sums += 32;
  }
}

/** sums f64[images, columns] = Σ over rows of x f32[images, rows, columns]; columns a multiple of 4. */
export function imageSums(x: usize, images: i32, rows: i32, columns: usize, sums: usize): void {
  memory.fill(sums, 0, <usize>images * columns << 3);
  for (; images > 0; images--) {
    addColumns(x, rows, columns, sums);
    x += <usize>rows * columns << 2;
    sums += columns << 3;
  }
}

/** dx = dy · f'(x), as `activationGrad`, and its {@link imageSums}. dx may be dy. */
export function activationGradSums(
  op: i32, dy: usize, x: usize, dx: usize, images: i32, rows: i32, columns: usize, a: f32, b: f32, sums: usize,
): void {
  memory.fill(sums, 0, <usize>images * columns << 3);
  const most = max<i32>(1, AT_ONCE / <i32>columns);
  for (; images > 0; images--) {
    for (let row = 0; row < rows; row += most) {
      const count = min(most, rows - row);
      const size = <usize>count * columns;
      activationGrad(op, dy, x, dx, size, a, b);
      addColumns(dx, count, columns, sums);
      dy += size << 2;
      x += size << 2;
      dx += size << 2;
    }
    sums += columns << 3;
  }
}

/** The gradient of max(·, 0) and of `maxPoolGrad` after it, image by image: x is the pooling's input. Windows as there. */
export function rectifiedPoolGrad(
  x: usize, dy: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32,
  ho: i32, wo: i32, sums: usize,
): void {
  const bytes = <usize>(h * w * c) << 2;
  for (; n > 0; n--) {
    maxPoolGrad(x, dy, dx, 1, h, w, c, kh, kw, sh, sw, top, left, ho, wo);
    activationGradSums(0, dx, x, dx, 1, h * w, c, 0, 0, sums);
    x += bytes;
    dx += bytes;
    dy += <usize>(ho * wo * c) << 2;
    sums += <usize>c << 3;
  }
}
