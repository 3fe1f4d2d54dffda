// One pass per variable; every result goes to fresh memory.

/** Adam, and AdamW by `keep`: see src/native/optimizers.ts. The rests 1 − β are rounded once, by the caller. */
export function adam(
  value: usize, gradient: usize, m: usize, v: usize, newValue: usize, newM: usize, newV: usize, n: i32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, step: f32, scaleV: f32, epsilon: f32, keep: f32,
): void {
  const b1 = f32x4.splat(beta1), b2 = f32x4.splat(beta2);
  const r1 = f32x4.splat(rest1), r2 = f32x4.splat(rest2);
  const s = f32x4.splat(step), sv = f32x4.splat(scaleV), e = f32x4.splat(epsilon), k = f32x4.splat(keep);
  let at: usize = 0;
  const end: usize = n << 2;
  const vectors: usize = (n & ~3) << 2;
  while (at < vectors) {
    const g = v128.load(gradient + at);
    const mn = f32x4.add(f32x4.mul(v128.load(m + at), b1), f32x4.mul(g, r1));
    const vn = f32x4.add(f32x4.mul(v128.load(v + at), b2), f32x4.mul(f32x4.mul(g, g), r2));
    v128.store(newM + at, mn);
    v128.store(newV + at, vn);
    const d = f32x4.add(f32x4.sqrt(f32x4.mul(vn, sv)), e);
    v128.store(newValue + at, f32x4.sub(f32x4.mul(v128.load(value + at), k), f32x4.div(f32x4.mul(mn, s), d)));
    at += 16;
  }
  while (at < end) {
    const g = f32.load(gradient + at);
    const mn = f32.load(m + at) * beta1 + g * rest1;
    const vn = f32.load(v + at) * beta2 + g * g * rest2;
    f32.store(newM + at, mn);
    f32.store(newV + at, vn);
    f32.store(newValue + at, f32.load(value + at) * keep - (mn * step) / (sqrt<f32>(vn * scaleV) + epsilon));
    at += 4;
  }
}

/** Gradient descent with momentum: see src/native/optimizers.ts for the formula. */
export function sgd(
  value: usize, gradient: usize, velocity: usize, newValue: usize, newVelocity: usize, n: i32,
  learningRate: f32, momentum: f32, nesterov: bool, weightDecay: f32,
): void {
  const lr = f32x4.splat(learningRate), mu = f32x4.splat(momentum), wd = f32x4.splat(weightDecay);
  let at: usize = 0;
  const end: usize = n << 2;
  const vectors: usize = (n & ~3) << 2;
  while (at < vectors) {
    const w = v128.load(value + at);
    let g = v128.load(gradient + at);
    if (weightDecay != 0) g = f32x4.add(g, f32x4.mul(w, wd));
    if (newVelocity != 0) {
      const u = f32x4.add(f32x4.mul(v128.load(velocity + at), mu), g);
      v128.store(newVelocity + at, u);
      g = nesterov ? f32x4.add(g, f32x4.mul(u, mu)) : u;
    }
    v128.store(newValue + at, f32x4.sub(w, f32x4.mul(g, lr)));
    at += 16;
  }
  while (at < end) {
    const w = f32.load(value + at);
    let g = f32.load(gradient + at);
    if (weightDecay != 0) g += w * weightDecay;
    if (newVelocity != 0) {
      const u = f32.load(velocity + at) * momentum + g;
      f32.store(newVelocity + at, u);
      g = nesterov ? g + u * momentum : u;
    }
    f32.store(newValue + at, w - g * learningRate);
    at += 4;
  }
}
