/** out[ids[i], :] += x[i, :] for ids within 0 … segments − 1; out starts zeroed. */
export function segmentSum(x: usize, ids: usize, rows: i32, size: i32, segments: i32, out: usize): void {
  const bytes: usize = size << 2;
  for (let i = 0; i < rows; i++) {
    const id = load<i32>(ids + (i << 2));
    if (id >= 0 && id < segments) {
      let to = out + <usize>id * bytes;
      let from = x;
      const end = x + bytes;
      const vectors = x + ((size & ~3) << 2);
      while (from < vectors) {
        v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
        from += 16;
        to += 16;
      }
      while (from < end) {
        f32.store(to, f32.load(to) + f32.load(from));
        from += 4;
        to += 4;
      }
    }
    x += bytes;
  }
}
