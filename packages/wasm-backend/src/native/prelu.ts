import { activationGradKernel, activationKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, allocate, type WasmBackend, withScratch } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';

const LEAKY_RELU = 2;

/** How often alpha repeats along x: its length where it spans x's last axes, 1 for a scalar, 0 where neither holds. */
function alphaLength(x: TensorInfo, alpha: TensorInfo): number {
  const length = util.sizeFromShape(alpha.shape);
  if (length === 1) return 1;
  const trailing = alpha.shape.slice(alpha.shape.findIndex((extent) => extent !== 1));
  const fits = alpha.shape.length <= x.shape.length && trailing.length > 0;
  const offset = x.shape.length - trailing.length;
  return fits && trailing.every((extent, axis) => extent === x.shape[offset + axis]) ? length : 0;
}

const readScalar = (backend: WasmBackend, alpha: TensorInfo): number => {
  const values = (backend as unknown as { readSync(id: object): Float32Array }).readSync(alpha.dataId);
  return values[0]!;
};

/** `y = x > 0 ? x : alpha · x`. */
const prelu: NativeKernel = (args, replaced) => {
  const { x, alpha } = args.inputs as { x: TensorInfo; alpha: TensorInfo };
  const period = alphaLength(x, alpha);
  if (period === 0 || x.dtype !== 'float32' || alpha.dtype !== 'float32') return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const size = util.sizeFromShape(x.shape);
  const y = allocate(backend, x.shape, 'float32');
  const [from, to] = [addressOf(backend, x), addressOf(backend, y)];
  if (period === 1) kernels.activation(LEAKY_RELU, from, to, size, readScalar(backend, alpha), 0);
  else kernels.prelu(from, addressOf(backend, alpha), to, size, period);
  return y;
};

/** `[dx, dalpha]`; dalpha has alpha's shape and is summed in float64. */
const preluGrad: NativeKernel = (args, replaced) => {
  const { dy, x, alpha } = args.inputs as { dy: TensorInfo; x: TensorInfo; alpha: TensorInfo };
  const period = alphaLength(x, alpha);
  if (period === 0 || [dy, x, alpha].some(({ dtype }) => dtype !== 'float32')) return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const size = util.sizeFromShape(x.shape);
  const dx = allocate(backend, x.shape, 'float32');
  const dalpha = allocate(backend, alpha.shape, 'float32');
  const [from, at] = [addressOf(backend, dy), addressOf(backend, x)];
  if (period === 1) {
    kernels.activationGrad(LEAKY_RELU, from, at, addressOf(backend, dx), size, readScalar(backend, alpha), 0);
  } else {
    kernels.preluGrad(from, at, addressOf(backend, alpha), addressOf(backend, dx), size, period);
  }
  withScratch(backend, period * 8, (sums) => {
    kernels.zero(sums, period * 8);
    kernels.preluAlphaGrad(from, at, sums, size, period);
    kernels.roundSums(sums, addressOf(backend, dalpha), period);
  });
  return [dx, dalpha];
};

/** Registers prelu with per-channel or scalar slope, under Relumine's names and tfjs's. */
export function registerPrelu(): void {
  replaceKernel(activationKernel('prelu'), prelu);
  replaceKernel(activationGradKernel('prelu'), preluGrad);
  replaceKernel('Prelu', prelu);
}
