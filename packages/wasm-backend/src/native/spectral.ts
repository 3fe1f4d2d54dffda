import { spectralNormalizeGradKernel, spectralNormalizeKernel, spectralVectorsKernel } from '@relumine/core';
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

interface Iteration {
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

/**
 * Power iteration on the matrix of a kernel that is not empty, from the vectors of `from` to those at the addresses.
 *
 * @returns σ
 */
function iterate(
  backend: WasmBackend,
  from: { kernel: TensorInfo; u: TensorInfo; v: TensorInfo },
  next: { u: TensorInfo; v: TensorInfo },
  { iterations, first, epsilon }: Iteration,
): number {
  const [columns, rows] = [util.sizeFromShape(from.u.shape), util.sizeFromShape(from.v.shape)];
  const space = new Workspace();
  const [part, totals] = [space.reserve(columns * 4), space.reserve(columns * 8)];
  return space.run(backend, () => {
    const kernels = kernelsOf(backend);
    const matrix: Matrix = [addressOf(backend, from.kernel), rows, columns];
    const [atU, atV] = [addressOf(backend, next.u), addressOf(backend, next.v)];
    float32At(backend, next.u, columns).set(float32At(backend, from.u, columns));
    float32At(backend, next.v, rows).set(float32At(backend, from.v, rows));
    const left = (): number => kernels.spectralLeft(...matrix, atV, atU, epsilon, part(), totals());
    const right = (): number => kernels.spectralRight(...matrix, atU, atV, epsilon);
    let sigma = iterations === 0 ? kernels.spectralSigma(...matrix, atU, atV) : 0;
    for (let i = 0; i < iterations; i++) {
      for (const half of first === 'u' ? [left, right] : [right, left]) sigma = half();
    }
    return sigma;
  });
}

type Inputs = Record<'kernel' | 'u' | 'v', TensorInfo>;

/** See `spectralVectorsKernel` in @relumine/core. */
const vectors = (args: Parameters<NativeKernel>[0]): TensorInfo[] => {
  const inputs = args.inputs as Inputs;
  const backend = args.backend as WasmBackend;
  const outputs = allocateAll(backend, [inputs.u.shape, inputs.v.shape, []]);
  const [u, v, sigma] = outputs as [TensorInfo, TensorInfo, TensorInfo];
  if (util.sizeFromShape(inputs.kernel.shape) === 0) {
    for (const output of outputs) float32At(backend, output, util.sizeFromShape(output.shape)).fill(0);
    return outputs;
  }
  float32At(backend, sigma, 1)[0] = iterate(backend, inputs, { u, v }, args.attrs as unknown as Iteration);
  return outputs;
};

/** See `spectralNormalizeKernel` in @relumine/core. */
const normalize: NativeKernel = (args) => {
  const { kernel } = args.inputs as Inputs;
  const division = args.attrs as unknown as Division;
  const backend = args.backend as WasmBackend;
  const size = util.sizeFromShape(kernel.shape);
  const y = allocate(backend, kernel.shape, 'float32');
  try {
    const [u, v, sigma] = vectors(args) as [TensorInfo, TensorInfo, TensorInfo];
    const found = float32At(backend, sigma, 1)[0]!;
    const factor = isDivided(found, division) ? division.target / found : 1;
    kernelsOf(backend).scaleInto(addressOf(backend, kernel), addressOf(backend, y), size, factor);
    return [y, u, v, sigma];
  } catch (error) {
    backend.disposeData(y.dataId, true);
    throw error;
  }
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
  replaceKernel(spectralVectorsKernel, vectors);
  replaceKernel(spectralNormalizeKernel, normalize);
  replaceKernel(spectralNormalizeGradKernel, gradient);
}
