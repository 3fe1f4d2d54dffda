// Arithmetic of two tensors, the second of which may repeat. The numbers are shared with src/native/binary.ts.
const ADD = 0;
const SUB = 1;
const MUL = 2;
const DIV = 3;
const SUB_FROM = 4;
const DIV_INTO = 5;
/** Of int32. */
const ADD_INTEGERS = 6;

// @ts-ignore: decorator
@inline
function combine(op: i32, a: v128, b: v128): v128 {
  if (op == ADD) return f32x4.add(a, b);
  if (op == SUB) return f32x4.sub(a, b);
  if (op == MUL) return f32x4.mul(a, b);
  if (op == DIV) return f32x4.div(a, b);
  if (op == SUB_FROM) return f32x4.sub(b, a);
  if (op == ADD_INTEGERS) return i32x4.add(a, b);
  return f32x4.div(b, a);
}

// @ts-ignore: decorator
@inline
function rows(op: i32, a: usize, b: usize, out: usize, n: usize, period: usize): void {
  const end = a + (n << 2);
  if (period == 1) {
    const v = v128.load32_splat(b);
    const vectors = a + ((n & ~3) << 2);
    while (a < vectors) {
      v128.store(out, combine(op, v128.load(a), v));
      a += 16;
      out += 16;
    }
    while (a < end) {
      f32.store(out, f32x4.extract_lane(combine(op, v128.load32_zero(a), v), 0));
      a += 4;
      out += 4;
    }
    return;
  }
  while (a < end) {
    const row = a + (period << 2);
    const vectors = a + ((period & ~3) << 2);
    let p = b;
    while (a < vectors) {
      v128.store(out, combine(op, v128.load(a), v128.load(p)));
      a += 16;
      p += 16;
      out += 16;
    }
    while (a < row) {
      f32.store(out, f32x4.extract_lane(combine(op, v128.load32_zero(a), v128.load32_zero(p)), 0));
      a += 4;
      p += 4;
      out += 4;
    }
  }
}

// One loop per operation, each its own small function.
function addRows(a: usize, b: usize, out: usize, n: usize, period: usize): void {
  rows(ADD, a, b, out, n, period);
}
function subRows(a: usize, b: usize, out: usize, n: usize, period: usize): void {
  rows(SUB, a, b, out, n, period);
}
function mulRows(a: usize, b: usize, out: usize, n: usize, period: usize): void {
  rows(MUL, a, b, out, n, period);
}
function divRows(a: usize, b: usize, out: usize, n: usize, period: usize): void {
  rows(DIV, a, b, out, n, period);
}
function subFromRows(a: usize, b: usize, out: usize, n: usize, period: usize): void {
  rows(SUB_FROM, a, b, out, n, period);
}
function divIntoRows(a: usize, b: usize, out: usize, n: usize, period: usize): void {
  rows(DIV_INTO, a, b, out, n, period);
}
function addIntegers(a: usize, b: usize, out: usize, n: usize, period: usize): void {
  rows(ADD_INTEGERS, a, b, out, n, period);
}

/** out[i] = a[i] ∘ b[i mod period] for n values; `n` is a multiple of `period`. */
export function binary(op: i32, a: usize, b: usize, out: usize, n: usize, period: usize): void {
  if (op == ADD) addRows(a, b, out, n, period);
  else if (op == SUB) subRows(a, b, out, n, period);
  else if (op == MUL) mulRows(a, b, out, n, period);
  else if (op == DIV) divRows(a, b, out, n, period);
  else if (op == SUB_FROM) subFromRows(a, b, out, n, period);
  else if (op == ADD_INTEGERS) addIntegers(a, b, out, n, period);
  else divIntoRows(a, b, out, n, period);
}

/** out[row, i] = a[row, i] ∘ b[row] for rows of n values. */
export function binaryRows(op: i32, a: usize, b: usize, out: usize, rows: i32, n: usize): void {
  const bytes = n << 2;
  for (; rows > 0; rows--) {
    binary(op, a, b, out, n, 1);
    a += bytes;
    b += 4;
    out += bytes;
  }
}
