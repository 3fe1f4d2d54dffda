import { symbolNormsKernel } from '@relumine/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, findMemory, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { ritz } from './ritz';
import { Workspace } from './workspace';

type Pair = readonly [number, number];

interface Attributes {
  lags: readonly Pair[];
  shape: Pair;
  frequencies: readonly Pair[];
  tolerance: number;
  share: number;
}

/** Where the lags with one b begin, and how many they are. */
function groups(lags: readonly Pair[]): { from: number; count: number; b: number }[] {
  const found: { from: number; count: number; b: number }[] = [];
  for (const [k, [, b]] of lags.entries()) {
    const last = found.at(-1);
    if (last?.b === b) last.count++;
    else found.push({ from: k, count: 1, b });
  }
  return found;
}

/** Steps until the first look, between looks, and at most. */
const [first, between] = [6, 2];

/** See `symbolNormsKernel` in @relumine/core. */
const symbolNorms: NativeKernel = (args) => {
  const { even, odd, start } = args.inputs as { even: TensorInfo; odd: TensorInfo; start: TensorInfo };
  const { lags, shape, frequencies, tolerance, share } = args.attrs as unknown as Attributes;
  const backend = args.backend as WasmBackend;
  const n = even.shape[1]!;
  const plane = n * n * 4;
  const columns = groups(lags);
  const most = Math.max(first, Math.min(3 * n, 120));
  return produce(backend, [frequencies.length, 2], (at) => {
    const space = new Workspace();
    // Of one row of frequencies: G = Σ_b cos(b) even_b + sin(b) odd_b, real and imaginary parts; odd_0 has the factor 0.
    const terms = 2 * columns.length - 1;
    const parts = space.reserve(2 * terms * plane);
    const matrix = space.reserve(2 * plane);
    const basis = space.reserve(3 * 2 * n * 4);
    const factors = space.reserve(Math.max(lags.length, terms) * 4);
    const [alpha, beta] = [space.reserve(most * 8), space.reserve(most * 8)];
    space.run(backend, () => {
      const kernels = kernelsOf(backend);
      // Nothing is allocated from here on: the views stay valid.
      const { buffer } = findMemory(backend) as WebAssembly.Memory;
      const weights = new Float32Array(buffer, factors(), Math.max(lags.length, terms));
      const [diagonal, beside] = [new Float64Array(buffer, alpha(), most), new Float64Array(buffer, beta(), most)];
      const origin = new Float32Array(buffer, addressOf(backend, start), 2 * n);
      const vectors = new Float32Array(buffer, basis(), 2 * n);
      const out = new Float32Array(buffer, at, 2 * frequencies.length);
      const length = Math.hypot(...origin);
      const [fromEven, fromOdd] = [addressOf(backend, even), addressOf(backend, odd)];
      const half = terms * plane;

      const turn = (row: number): void => {
        columns.forEach(({ from, count }, c) => {
          const put = (source: number, to: number, factor: (angle: number) => number): void => {
            for (let k = 0; k < count; k++) weights[k] = factor((2 * Math.PI * lags[from + k]![0] * row) / shape[0]);
            kernels.combine(source + from * plane, plane, count, factors(), to);
          };
          const real = parts() + Math.max(0, 2 * c - 1) * plane;
          put(fromEven, real, Math.cos);
          put(fromOdd, real + half, (angle) => -Math.sin(angle));
          if (c === 0) return;
          put(fromEven, real + plane, (angle) => -Math.sin(angle));
          put(fromOdd, real + half + plane, (angle) => -Math.cos(angle));
        });
      };
      let [current, best] = [-1, 0];
      frequencies.forEach(([row, column], k) => {
        if (row !== current) turn(row);
        current = row;
        columns.forEach(({ b }, c) => {
          const angle = (2 * Math.PI * b * column) / shape[1];
          weights[Math.max(0, 2 * c - 1)] = Math.cos(angle);
          if (c > 0) weights[2 * c] = Math.sin(angle);
        });
        kernels.combine(parts(), plane, terms, factors(), matrix());
        kernels.combine(parts() + half, plane, terms, factors(), matrix() + plane);
        for (let j = 0; j < 2 * n; j++) vectors[j] = origin[j]! / length;
        for (let [done, to] = [0, first]; ; to = Math.min(to + between, most)) {
          const steps = kernels.lanczos(matrix(), matrix() + plane, n, basis(), alpha(), beta(), done, to);
          const [value, residual] = ritz(diagonal, beside, steps);
          const ended = steps < to || to === most || residual <= tolerance * value;
          if (ended || value + 3 * residual <= share * best) {
            out[2 * k] = value;
            out[2 * k + 1] = residual;
            best = Math.max(best, value);
            break;
          }
          done = steps;
        }
      });
    });
  });
};

/** Registers the norms of circular convolutions. */
export function registerSymbolNorms(): void {
  replaceKernel(symbolNormsKernel, symbolNorms);
}
