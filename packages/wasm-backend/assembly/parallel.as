/** to += from, n floats. */
export function addInto(to: usize, from: usize, n: i32): void {
  const end = to + (n << 2);
  const vectors = to + ((n & ~3) << 2);
  while (to < vectors) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    to += 16;
    from += 16;
  }
  while (to < end) {
    f32.store(to, f32.load(to) + f32.load(from));
    to += 4;
    from += 4;
  }
}

/** out[i] = min or max of a[i] and b[i mod period]; NaN where either is NaN. */
export function extremum(isMin: bool, a: usize, b: usize, out: usize, n: usize, period: usize): void {
  const end = a + (n << 2);
  if (period == 1) {
    const v = v128.load32_splat(b);
    const vectors = a + ((n & ~3) << 2);
    while (a < vectors) {
      const x = v128.load(a);
      v128.store(out, isMin ? f32x4.min(x, v) : f32x4.max(x, v));
      a += 16;
      out += 16;
    }
    const s = f32.load(b);
    while (a < end) {
      f32.store(out, isMin ? min<f32>(f32.load(a), s) : max<f32>(f32.load(a), s));
      a += 4;
      out += 4;
    }
  }
  while (a < end) {
    const row = a + (period << 2);
    const vectors = a + ((period & ~3) << 2);
    let p = b;
    while (a < vectors) {
      const x = v128.load(a), v = v128.load(p);
      v128.store(out, isMin ? f32x4.min(x, v) : f32x4.max(x, v));
      a += 16;
      p += 16;
      out += 16;
    }
    while (a < row) {
      f32.store(out, isMin ? min<f32>(f32.load(a), f32.load(p)) : max<f32>(f32.load(a), f32.load(p)));
      a += 4;
      p += 4;
      out += 4;
    }
  }
}
