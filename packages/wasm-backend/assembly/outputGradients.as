import { select, splat } from './vector';

// Gradients by the function's output. The numbers are shared with src/native/outputGradients.ts.
const ELU = 0;
const SIGMOID = 1;

// @ts-ignore: decorator
@inline
function slope(op: i32, d: v128, y: v128): v128 {
  const one = splat(1);
  // A NaN is not above 0, and goes through the sum.
  if (op == ELU) return select(f32x4.gt(y, splat(0)), d, f32x4.mul(d, f32x4.add(y, one)));
  if (op == SIGMOID) return f32x4.mul(d, f32x4.mul(y, f32x4.sub(one, y)));
  return f32x4.mul(d, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
}

// @ts-ignore: decorator
@inline
function loop(op: i32, dy: usize, y: usize, dx: usize, n: i32): void {
  const end = y + (n << 2);
  const vectors = y + ((n & ~3) << 2);
  while (y < vectors) {
    v128.store(dx, slope(op, v128.load(dy), v128.load(y)));
    y += 16;
    dy += 16;
    dx += 16;
  }
  while (y < end) {
    f32.store(dx, f32x4.extract_lane(slope(op, v128.load32_zero(dy), v128.load32_zero(y)), 0));
    y += 4;
    dy += 4;
    dx += 4;
  }
}

/** dx = dy · f'(x), given y = f(x), for n values. */
export function outputGrad(op: i32, dy: usize, y: usize, dx: usize, n: i32): void {
  if (op == ELU) loop(ELU, dy, y, dx, n);
  else if (op == SIGMOID) loop(SIGMOID, dy, y, dx, n);
  else loop(2, dy, y, dx, n);
}
