// Lanczos steps with complex Hermitian matrices: a plane of real parts [n, n] and one of imaginary parts, n a multiple of 4;
// vectors are n real parts, then n imaginary ones.
import { fma, splat } from './vector';

/** out = Σ_k factors[k] · matrices[k], each `bytes` long (a multiple of 64). */
export function combine(matrices: usize, bytes: usize, count: i32, factors: usize, out: usize): void {
  const end = out + bytes;
  while (out < end) {
    let p = matrices;
    let f = factors;
    let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let k = 0; k < count; k++) {
      const factor = v128.load32_splat(f);
      s0 = fma(factor, v128.load(p), s0);
      s1 = fma(factor, v128.load(p, 16), s1);
      s2 = fma(factor, v128.load(p, 32), s2);
      s3 = fma(factor, v128.load(p, 48), s3);
      p += bytes;
      f += 4;
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
    matrices += 64;
    out += 64;
  }
}

// @ts-ignore: decorator
@inline
function lanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** y = (A + i B) x, two rows at a time. */
function multiply(a: usize, b: usize, n: i32, x: usize, y: usize): void {
  const plane: usize = n << 2;
  const end = x + plane;
  for (let i = 0; i < n; i += 2) {
    const c = a + plane;
    const d = b + plane;
    let p = x;
    let at: usize = 0;
    let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    while (p < end) {
      const re = v128.load(p);
      const im = v128.load(p + plane);
      const va = v128.load(a + at);
      const vb = v128.load(b + at);
      s0 = fma(va, re, s0);
      s1 = fma(vb, im, s1);
      s2 = fma(va, im, s2);
      s3 = fma(vb, re, s3);
      const vc = v128.load(c + at);
      const vd = v128.load(d + at);
      s4 = fma(vc, re, s4);
      s5 = fma(vd, im, s5);
      s6 = fma(vc, im, s6);
      s7 = fma(vd, re, s7);
      at += 16;
      p += 16;
    }
    f32.store(y, lanes(f32x4.sub(s0, s1)));
    f32.store(y + plane, lanes(f32x4.add(s2, s3)));
    f32.store(y, lanes(f32x4.sub(s4, s5)), 4);
    f32.store(y + plane, lanes(f32x4.add(s6, s7)), 4);
    a = c + plane;
    b = d + plane;
    y += 8;
  }
}

/** Σ x_j y_j over `count` values, a multiple of 8. */
function inner(x: usize, y: usize, count: i32): f64 {
  let s0 = splat(0), s1 = s0;
  const end = x + (count << 2);
  while (x < end) {
    s0 = fma(v128.load(x), v128.load(y), s0);
    s1 = fma(v128.load(x, 16), v128.load(y, 16), s1);
    x += 32;
    y += 32;
  }
  return <f64>lanes(f32x4.add(s0, s1));
}

/** x += factor · y over `count` values, a multiple of 4. */
function addScaled(x: usize, factor: f32, y: usize, count: i32): void {
  const f = splat(factor);
  const end = x + (count << 2);
  while (x < end) {
    v128.store(x, fma(f, v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
}

function scale(x: usize, factor: f32, count: i32): void {
  const f = splat(factor);
  const end = x + (count << 2);
  while (x < end) {
    v128.store(x, f32x4.mul(v128.load(x), f));
    x += 16;
  }
}

/**
 * Lanczos steps `from` … `to` − 1 with A + i B. `basis` is three vectors, of which step k reads k mod 3 (a unit vector for
 * step 0) and writes the next; `alpha` and `beta` (float64) get the diagonal and what stands beside it. Ends early where the vectors span
 * an invariant subspace: returns how many steps are done.
 */
export function lanczos(
  a: usize,
  b: usize,
  n: i32,
  basis: usize,
  alpha: usize,
  beta: usize,
  from: i32,
  to: i32,
): i32 {
  const count = n << 1;
  const bytes: usize = count << 2;
  for (let k = from; k < to; k++) {
    const current = basis + bytes * (k % 3);
    const next = basis + bytes * ((k + 1) % 3);
    multiply(a, b, n, current, next);
    const along = inner(current, next, count);
    f64.store(alpha + (k << 3), along);
    addScaled(next, -(<f32>along), current, count);
    if (k > 0) addScaled(next, -(<f32>f64.load(beta + ((k - 1) << 3))), basis + bytes * ((k + 2) % 3), count);
    const norm = sqrt(inner(next, next, count));
    f64.store(beta + (k << 3), norm);
    // Below the rounding of A x there is only noise.
    if (norm <= 1e-6 * abs(along)) return k + 1;
    scale(next, <f32>(1 / norm), count);
  }
  return to;
}
