import type { Random } from '@relumine/core';
import type { KernelValues } from '../linalg/transfer';

interface ComplexVector {
  re: Float64Array;
  im: Float64Array;
}

const vector = (n: number): ComplexVector => ({ re: new Float64Array(n), im: new Float64Array(n) });

function unit(v: ComplexVector): number {
  let squares = 0;
  for (let i = 0; i < v.re.length; i++) squares += v.re[i]! ** 2 + v.im[i]! ** 2;
  const norm = Math.sqrt(squares);
  if (norm > 0) {
    for (let i = 0; i < v.re.length; i++) {
      v.re[i]! /= norm;
      v.im[i]! /= norm;
    }
  }
  return norm;
}

function random(n: number, source: Random): ComplexVector {
  const v = { re: Float64Array.from({ length: n }, () => source.normal()), im: new Float64Array(n) };
  v.im = Float64Array.from({ length: n }, () => source.normal());
  unit(v);
  return v;
}

/** e^(iθk) / √n: what a frequency looks like along one axis. */
function wave(n: number, theta: number): ComplexVector {
  return {
    re: Float64Array.from({ length: n }, (_, k) => Math.cos(theta * k) / Math.sqrt(n)),
    im: Float64Array.from({ length: n }, (_, k) => Math.sin(theta * k) / Math.sqrt(n)),
  };
}

/** K contracted with all vectors but the one of `axis`: conjugated and normalised, the best vector there. */
function contract(kernel: KernelValues, vectors: readonly ComplexVector[], axis: number): ComplexVector {
  const shape = [kernel.height, kernel.width, kernel.inputs, kernel.outputs];
  const [H, W, I, O] = shape as [number, number, number, number];
  const out = vector(shape[axis]!);
  const [vh, vw, vi, vo] = vectors as [ComplexVector, ComplexVector, ComplexVector, ComplexVector];
  let at = 0;
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      const [ar, ai] = axis === 0 ? [1, 0] : [vh.re[h]!, vh.im[h]!];
      const [br, bi] = axis === 1 ? [1, 0] : [vw.re[w]!, vw.im[w]!];
      const [pr, pi] = [ar * br - ai * bi, ar * bi + ai * br];
      for (let i = 0; i < I; i++) {
        const [cr, ci] = axis === 2 ? [1, 0] : [vi.re[i]!, vi.im[i]!];
        const [qr, qi] = [pr * cr - pi * ci, pr * ci + pi * cr];
        if (axis === 3) {
          for (let o = 0; o < O; o++) {
            const k = kernel.values[at++]!;
            out.re[o]! += k * qr;
            out.im[o]! += k * qi;
          }
          continue;
        }
        let [sr, si] = [0, 0];
        for (let o = 0; o < O; o++) {
          const k = kernel.values[at++]!;
          sr += k * vo.re[o]!;
          si += k * vo.im[o]!;
        }
        const to = axis === 0 ? h : axis === 1 ? w : i;
        out.re[to]! += qr * sr - qi * si;
        out.im[to]! += qr * si + qi * sr;
      }
    }
  }
  return out;
}

/** Alternating maximisation: each step solves for one vector with the others fixed, so the value never falls. */
function ascend(kernel: KernelValues, vectors: ComplexVector[]): number {
  let value = 0;
  for (let round = 0; round < 400; round++) {
    let now = 0;
    for (const axis of [3, 2, 0, 1]) {
      const best = contract(kernel, vectors, axis);
      now = unit(best);
      for (let k = 0; k < best.im.length; k++) best.im[k] = -best.im[k]!;
      vectors[axis] = best;
    }
    if (now - value <= 1e-10 * now) return now;
    value = now;
  }
  return value;
}

/** The 2π-grid of frequencies from which searches start: half of the circle, the rest is conjugate. */
const grid = 8;

/**
 * max |⟨K, x₁ ⊗ x₂ ⊗ x₃ ⊗ x₄⟩| over complex unit vectors, from below: the best of several ascents, from the strongest
 * frequencies of the kernel and from random vectors.
 */
export function complexTensorNorm(kernel: KernelValues, starts: number, source: Random): number {
  const { height, width, inputs, outputs } = kernel;
  const waves: { first: number; vectors: ComplexVector[] }[] = [];
  for (let a = 0; a < grid; a++) {
    for (let b = 0; b <= grid / 2; b++) {
      const vectors = [
        wave(height, (2 * Math.PI * a) / grid),
        wave(width, (2 * Math.PI * b) / grid),
        random(inputs, source),
        random(outputs, source),
      ];
      const first = settle(kernel, vectors);
      waves.push({ first, vectors });
    }
  }
  waves.sort((p, q) => q.first - p.first);
  const half = Math.ceil(starts / 2);
  const chosen = waves.slice(0, half).map(({ vectors }) => vectors);
  while (chosen.length < starts) chosen.push([height, width, inputs, outputs].map((n) => random(n, source)));
  return Math.max(...chosen.map((vectors) => ascend(kernel, vectors)));
}

/** A few steps on channels alone: how strong a frequency is. */
function settle(kernel: KernelValues, vectors: ComplexVector[]): number {
  let value = 0;
  for (let round = 0; round < 4; round++) {
    for (const axis of [3, 2]) {
      const best = contract(kernel, vectors, axis);
      value = unit(best);
      for (let k = 0; k < best.im.length; k++) best.im[k] = -best.im[k]!;
      vectors[axis] = best;
    }
  }
  return value;
}
