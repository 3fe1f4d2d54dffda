import { spectralNormalizeGradKernel, spectralNormalizeKernel, spectralVectorsKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, allocate, type WasmBackend } from './heap';
import { type NativeKernel, replaceKernel } from './registry';
import { ranges } from './shares';
import { type Division, factorOf, isDivided } from './spectralDivision';
import { float32At, type Iteration, iterate, sumAt } from './spectralIteration';
import { registerSpectralProduct } from './spectralProduct';
import { type Part, runParts } from './threads';
import { Workspace } from './workspace';

/** Fresh tensors; all are disposed where one has no room. */
function allocateAll(backend: WasmBackend, shapes: number[][]): TensorInfo[] {
  const made: TensorInfo[] = [];
  try {
    for (const shape of shapes) made.push(allocate(backend, shape, 'float32'));
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId, true);
    throw error;
  }
  return made;
}

type Inputs = Record<'kernel' | 'u' | 'v', TensorInfo>;

/** See `spectralVectorsKernel` in @relumine/core. */
const vectors = (args: Parameters<NativeKernel>[0]): TensorInfo[] => {
  const inputs = args.inputs as Inputs;
  const backend = args.backend as WasmBackend;
  const outputs = allocateAll(backend, [inputs.u.shape, inputs.v.shape, []]);
  const [u, v, sigma] = outputs as [TensorInfo, TensorInfo, TensorInfo];
  if (util.sizeFromShape(inputs.kernel.shape) === 0) {
    for (const output of outputs) float32At(backend, output).fill(0);
    return outputs;
  }
  const found = iterate(backend, inputs, { u, v }, args.attrs as unknown as Iteration);
  float32At(backend, sigma)[0] = found;
  return outputs;
};

/** to = from · factor, shared out to the threads. */
function scale(backend: WasmBackend, from: number, to: number, size: number, factor: number): void {
  const parts = ranges(backend, size, 4, 'pass', size).map(
    ([first, last]): Part => ['scaleInto', from + first * 4, to + first * 4, last - first, factor],
  );
  runParts(backend, parts);
}

/** See `spectralNormalizeKernel` in @relumine/core. */
const normalize: NativeKernel = (args) => {
  const { kernel } = args.inputs as Inputs;
  const backend = args.backend as WasmBackend;
  const y = allocate(backend, kernel.shape, 'float32');
  try {
    const [u, v, sigma] = vectors(args) as [TensorInfo, TensorInfo, TensorInfo];
    const factor = factorOf(float32At(backend, sigma)[0]!, args.attrs as unknown as Division);
    scale(backend, addressOf(backend, kernel), addressOf(backend, y), util.sizeFromShape(kernel.shape), factor);
    return [y, u, v, sigma];
  } catch (error) {
    backend.disposeData(y.dataId, true);
    throw error;
  }
};

/** ⟨dy, y⟩; the shares of the threads are added up in their order. */
function innerProduct(backend: WasmBackend, a: number, b: number, size: number): number {
  const space = new Workspace();
  const shares = ranges(backend, size, 4, 'pass', size);
  const sums = space.reserve(shares.length * 8);
  return space.run(backend, () => {
    const parts = shares.map(([first, last], i): Part => {
      return ['innerProduct', a + first * 4, b + first * 4, last - first, sums() + i * 8];
    });
    runParts(backend, parts);
    return sumAt(backend, sums(), shares.length);
  });
}

/** See `spectralNormalizeGradKernel` in @relumine/core. */
const gradient: NativeKernel = (args) => {
  const { dy, y, u, v, sigma } = args.inputs as Record<'dy' | 'y' | 'u' | 'v' | 'sigma', TensorInfo>;
  const division = args.attrs as unknown as Division;
  const backend = args.backend as WasmBackend;
  const size = util.sizeFromShape(y.shape);
  const dx = allocate(backend, y.shape, 'float32');
  if (size === 0) return dx;
  try {
    const found = float32At(backend, sigma)[0]!;
    const [from, to] = [addressOf(backend, dy), addressOf(backend, dx)];
    if (!isDivided(found, division)) {
      scale(backend, from, to, size, 1);
      return dx;
    }
    const along = innerProduct(backend, from, addressOf(backend, y), size) / division.target;
    const [rows, columns] = [util.sizeFromShape(v.shape), util.sizeFromShape(u.shape)];
    const [atU, atV, factor] = [addressOf(backend, u), addressOf(backend, v), division.target / found];
    const parts = ranges(backend, rows, 1, 'pass', size).map(([first, last]): Part => {
      const at = first * columns * 4;
      const vectorsAt = [atU, atV + first * 4] as const;
      return ['spectralGradient', from + at, last - first, columns, ...vectorsAt, along, factor, to + at];
    });
    runParts(backend, parts);
    return dx;
  } catch (error) {
    backend.disposeData(dx.dataId, true);
    throw error;
  }
};

/** Registers spectral normalisation of kernels whose outputs are last. */
export function registerSpectralNormalization(): void {
  replaceKernel(spectralVectorsKernel, vectors);
  replaceKernel(spectralNormalizeKernel, normalize);
  replaceKernel(spectralNormalizeGradKernel, gradient);
  registerSpectralProduct();
}
