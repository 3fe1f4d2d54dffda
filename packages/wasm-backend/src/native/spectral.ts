import { spectralNormalizeGradKernel, spectralNormalizeKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Matrix } from './exports';
import { addressOf, allocate, findMemory, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { Workspace } from './workspace';

interface Division {
  target: number;
  onlyIfLarger: boolean;
}

interface Attributes extends Division {
  iterations: number;
  first: 'u' | 'v';
  epsilon: number;
}

/** A sigma of NaN divides too: it must be seen in the kernel. */
const isDivided = (sigma: number, { target, onlyIfLarger }: Division): boolean =>
  !(sigma <= (onlyIfLarger ? target : 0));

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

const float32At = (backend: WasmBackend, { dataId }: TensorInfo, length: number): Float32Array =>
  new Float32Array(
    (findMemory(backend) as WebAssembly.Memory).buffer,
    addressOf(backend, { dataId } as TensorInfo),
    length,
  );

/** See `spectralNormalizeKernel` in @relumine/core. */
const normalize: NativeKernel = (args) => {
  const { kernel, u, v } = args.inputs as { kernel: TensorInfo; u: TensorInfo; v: TensorInfo };
  const { iterations, first, epsilon, ...division } = args.attrs as unknown as Attributes;
  const backend = args.backend as WasmBackend;
  const size = util.sizeFromShape(kernel.shape);
  const [columns, rows] = [util.sizeFromShape(u.shape), util.sizeFromShape(v.shape)];
  const outputs = allocateAll(backend, [kernel.shape, u.shape, v.shape, []]);
  const [y, nextU, nextV, sigma] = outputs as [TensorInfo, TensorInfo, TensorInfo, TensorInfo];
  if (size === 0) {
    float32At(backend, nextU, columns).fill(0);
    float32At(backend, nextV, rows).fill(0);
    float32At(backend, sigma, 1)[0] = 0;
    return outputs;
  }
  const space = new Workspace();
  const [part, totals] = [space.reserve(columns * 4), space.reserve(columns * 8)];
  space.run(backend, () => {
    const kernels = kernelsOf(backend);
    const matrix: Matrix = [addressOf(backend, kernel), rows, columns];
    const [atU, atV] = [addressOf(backend, nextU), addressOf(backend, nextV)];
    float32At(backend, nextU, columns).set(float32At(backend, u, columns));
    float32At(backend, nextV, rows).set(float32At(backend, v, rows));
    const left = (): number => kernels.spectralLeft(...matrix, atV, atU, epsilon, part(), totals());
    const right = (): number => kernels.spectralRight(...matrix, atU, atV, epsilon);
    let found = iterations === 0 ? kernels.spectralSigma(...matrix, atU, atV) : 0;
    for (let i = 0; i < iterations; i++) {
      for (const half of first === 'u' ? [left, right] : [right, left]) found = half();
    }
    float32At(backend, sigma, 1)[0] = found;
    const factor = isDivided(Math.fround(found), division) ? division.target / found : 1;
    kernels.scaleInto(addressOf(backend, kernel), addressOf(backend, y), size, factor);
  });
  return outputs;
};

/** See `spectralNormalizeGradKernel` in @relumine/core. */
const gradient: NativeKernel = (args) => {
  const { dy, y, u, v, sigma } = args.inputs as Record<'dy' | 'y' | 'u' | 'v' | 'sigma', TensorInfo>;
  const division = args.attrs as unknown as Division;
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const size = util.sizeFromShape(y.shape);
  const dx = allocate(backend, y.shape, 'float32');
  if (size === 0) return dx;
  const found = float32At(backend, sigma, 1)[0]!;
  const [from, to] = [addressOf(backend, dy), addressOf(backend, dx)];
  if (!isDivided(found, division)) {
    kernels.scaleInto(from, to, size, 1);
    return dx;
  }
  const along = kernels.innerProduct(from, addressOf(backend, y), size) / division.target;
  const matrix: Matrix = [from, util.sizeFromShape(v.shape), util.sizeFromShape(u.shape)];
  const factor = division.target / found;
  kernels.spectralGradient(...matrix, addressOf(backend, u), addressOf(backend, v), along, factor, to);
  return dx;
};

/** Registers spectral normalisation of kernels whose outputs are last. */
export function registerSpectralNormalization(): void {
  replaceKernel(spectralNormalizeKernel, normalize);
  replaceKernel(spectralNormalizeGradKernel, gradient);
}
