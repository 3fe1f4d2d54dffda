import { keepNaN, select, splat } from './vector';

// Relu, relu6 and leaky ReLU with their gradients, which wait for memory and for nothing else. Two places half a run apart are
// worked on in turn: processors foresee accesses within a page only, and wait less where the first lines of two pages are
// fetched at a time. Gradients run downwards: of what the function has just read and written, the end is in the cache still.

export const RELU = 0;
export const RELU6 = 1;
/** Leaky ReLU with any slope. */
export const LEAKY_RELU = 2;
/** Leaky ReLU with a slope above 0 and at most 1: the larger of x and its multiple. */
export const SHALLOW = 23;

/** Bytes between the two places. */
const HALF: usize = 16384;
const RUN: usize = 2 * HALF;

// @ts-ignore: decorator
@inline
function value(kind: i32, x: v128, a: v128): v128 {
  // pmax keeps NaN and −0, and is one instruction where max proper is many.
  if (kind == RELU) return f32x4.pmax(x, splat(0));
  if (kind == RELU6) return f32x4.pmin(f32x4.pmax(x, splat(0)), splat(6));
  if (kind == SHALLOW) return f32x4.pmax(x, f32x4.mul(x, a));
  return select(f32x4.gt(x, splat(0)), x, f32x4.mul(x, a));
}

/** dy · f'(x): a product, but no 0 · ∞ where the function is flat. */
// @ts-ignore: decorator
@inline
function gradient(kind: i32, dy: v128, x: v128, a: v128): v128 {
  const above = f32x4.gt(x, splat(0));
  if (kind == RELU) return keepNaN(x, v128.and(dy, above));
  if (kind == RELU6) return keepNaN(x, v128.and(dy, v128.and(above, f32x4.lt(x, splat(6)))));
  if (kind == SHALLOW) return keepNaN(x, f32x4.mul(dy, f32x4.pmax(a, v128.and(above, splat(1)))));
  return keepNaN(x, select(above, dy, f32x4.mul(dy, a)));
}

// @ts-ignore: decorator
@inline
function pair(kind: i32, x: usize, y: usize, a: v128): void {
  v128.store(y, value(kind, v128.load(x), a));
  v128.store(y, value(kind, v128.load(x, 16), a), 16);
}

// @ts-ignore: decorator
@inline
function pairDown(kind: i32, dy: usize, x: usize, dx: usize, a: v128): void {
  v128.store(dx, gradient(kind, v128.load(dy, 16), v128.load(x, 16), a), 16);
  v128.store(dx, gradient(kind, v128.load(dy), v128.load(x), a));
}

/** y[i] = f(x[i]) for whole runs. */
// @ts-ignore: decorator
@inline
function runs(kind: i32, x: usize, y: usize, bytes: usize, slope: f32): void {
  const a = splat(slope);
  const end = x + bytes;
  while (x < end) {
    const stop = x + HALF;
    while (x < stop) {
      pair(kind, x, y, a);
      pair(kind, x + HALF, y + HALF, a);
      x += 32;
      y += 32;
    }
    x += HALF;
    y += HALF;
  }
}

/** dx[i] = dy[i] · f'(x[i]) for whole runs, from the last to the first. */
// @ts-ignore: decorator
@inline
function runsDown(kind: i32, dy: usize, x: usize, dx: usize, bytes: usize, slope: f32): void {
  const a = splat(slope);
  let at = bytes;
  while (at > 0) {
    at -= HALF;
    const stop = at - HALF;
    while (at > stop) {
      at -= 32;
      const high = at + HALF;
      pairDown(kind, dy + high, x + high, dx + high, a);
      pairDown(kind, dy + at, x + at, dx + at, a);
    }
  }
}

/** What is left of n values, likewise. */
// @ts-ignore: decorator
@inline
function rest(kind: i32, x: usize, y: usize, n: usize, slope: f32): void {
  const a = splat(slope);
  const end = x + (n << 2);
  const vectors = x + ((n & ~3) << 2);
  while (x < vectors) {
    v128.store(y, value(kind, v128.load(x), a));
    x += 16;
    y += 16;
  }
  while (x < end) {
    f32.store(y, f32x4.extract_lane(value(kind, v128.load32_zero(x), a), 0));
    x += 4;
    y += 4;
  }
}

// @ts-ignore: decorator
@inline
function restOfGradient(kind: i32, dy: usize, x: usize, dx: usize, n: usize, slope: f32): void {
  const a = splat(slope);
  const end = x + (n << 2);
  const vectors = x + ((n & ~3) << 2);
  while (x < vectors) {
    v128.store(dx, gradient(kind, v128.load(dy), v128.load(x), a));
    x += 16;
    dy += 16;
    dx += 16;
  }
  while (x < end) {
    f32.store(dx, f32x4.extract_lane(gradient(kind, v128.load32_zero(dy), v128.load32_zero(x), a), 0));
    x += 4;
    dy += 4;
    dx += 4;
  }
}

// One loop in a function of its own: the engine then keeps everything in registers. With two in one, leaky ReLU took 1.5 times as long.
function reluRuns(x: usize, y: usize, bytes: usize): void {
  runs(RELU, x, y, bytes, 0);
}
function reluRest(x: usize, y: usize, n: usize): void {
  rest(RELU, x, y, n, 0);
}
function relu6Runs(x: usize, y: usize, bytes: usize): void {
  runs(RELU6, x, y, bytes, 0);
}
function relu6Rest(x: usize, y: usize, n: usize): void {
  rest(RELU6, x, y, n, 0);
}
function shallowRuns(x: usize, y: usize, bytes: usize, slope: f32): void {
  runs(SHALLOW, x, y, bytes, slope);
}
function shallowRest(x: usize, y: usize, n: usize, slope: f32): void {
  rest(SHALLOW, x, y, n, slope);
}
function leakyRuns(x: usize, y: usize, bytes: usize, slope: f32): void {
  runs(LEAKY_RELU, x, y, bytes, slope);
}
function leakyRest(x: usize, y: usize, n: usize, slope: f32): void {
  rest(LEAKY_RELU, x, y, n, slope);
}
function reluRunsDown(dy: usize, x: usize, dx: usize, bytes: usize): void {
  runsDown(RELU, dy, x, dx, bytes, 0);
}
function reluGradRest(dy: usize, x: usize, dx: usize, n: usize): void {
  restOfGradient(RELU, dy, x, dx, n, 0);
}
function relu6RunsDown(dy: usize, x: usize, dx: usize, bytes: usize): void {
  runsDown(RELU6, dy, x, dx, bytes, 0);
}
function relu6GradRest(dy: usize, x: usize, dx: usize, n: usize): void {
  restOfGradient(RELU6, dy, x, dx, n, 0);
}
function shallowRunsDown(dy: usize, x: usize, dx: usize, bytes: usize, slope: f32): void {
  runsDown(SHALLOW, dy, x, dx, bytes, slope);
}
function shallowGradRest(dy: usize, x: usize, dx: usize, n: usize, slope: f32): void {
  restOfGradient(SHALLOW, dy, x, dx, n, slope);
}
function leakyRunsDown(dy: usize, x: usize, dx: usize, bytes: usize, slope: f32): void {
  runsDown(LEAKY_RELU, dy, x, dx, bytes, slope);
}
function leakyGradRest(dy: usize, x: usize, dx: usize, n: usize, slope: f32): void {
  restOfGradient(LEAKY_RELU, dy, x, dx, n, slope);
}

/** y[i] = f(x[i]) for n values; `op` is {@link RELU}, {@link RELU6} or {@link LEAKY_RELU}. */
export function rectify(op: i32, x: usize, y: usize, n: usize, slope: f32): void {
  const bytes = (n << 2) & ~(RUN - 1);
  const at = x + bytes, to = y + bytes, left = n - (bytes >> 2);
  if (op == RELU) {
    reluRuns(x, y, bytes);
    reluRest(at, to, left);
  } else if (op == RELU6) {
    relu6Runs(x, y, bytes);
    relu6Rest(at, to, left);
  } else if (slope > 0 && slope <= 1) {
    shallowRuns(x, y, bytes, slope);
    shallowRest(at, to, left, slope);
  } else {
    leakyRuns(x, y, bytes, slope);
    leakyRest(at, to, left, slope);
  }
}

/** dx[i] = dy[i] · f'(x[i]) for n values, NaN where x is NaN; dx may be dy. */
export function rectifyGrad(op: i32, dy: usize, x: usize, dx: usize, n: usize, slope: f32): void {
  const bytes = (n << 2) & ~(RUN - 1);
  const from = dy + bytes, at = x + bytes, to = dx + bytes, left = n - (bytes >> 2);
  if (op == RELU) {
    reluGradRest(from, at, to, left);
    reluRunsDown(dy, x, dx, bytes);
  } else if (op == RELU6) {
    relu6GradRest(from, at, to, left);
    relu6RunsDown(dy, x, dx, bytes);
  } else if (slope > 0 && slope <= 1) {
    shallowGradRest(from, at, to, left, slope);
    shallowRunsDown(dy, x, dx, bytes, slope);
  } else {
    leakyGradRest(from, at, to, left, slope);
    leakyRunsDown(dy, x, dx, bytes, slope);
  }
}
