import { spectralProductGradKernel, spectralProductKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, produce, type WasmBackend } from './heap';
import { layout, multiplyAll } from './matrixProduct';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { type Division, factorOf, isDivided } from './spectralDivision';
import { float32At, sumAt } from './spectralIteration';
import { Workspace } from './workspace';

/** See `spectralProductKernel` in @relumine/core. */
const product: NativeKernel = (args) => {
  const { x, kernel, sigma } = args.inputs as Record<'x' | 'kernel' | 'sigma', TensorInfo>;
  const backend = args.backend as WasmBackend;
  const [a, b] = [layout(x.shape, false), layout(kernel.shape, false)];
  return produce(backend, [a.rows, b.columns], (c) => {
    if (a.columns > 0) multiplyAll(backend, a, b, [{ a: addressOf(backend, x), b: addressOf(backend, kernel), c }]);
    else kernelsOf(backend).zero(c, a.rows * b.columns * 4);
    const factor = factorOf(float32At(backend, sigma)[0]!, args.attrs as unknown as Division);
    kernelsOf(backend).scaleInto(c, c, a.rows * b.columns, factor);
  });
};

/** See `spectralProductGradKernel` in @relumine/core. */
const gradient: NativeKernel = (args) => {
  type Names = 'dy' | 'x' | 'kernel' | 'y' | 'u' | 'v' | 'sigma';
  const { dy, x, kernel, y, u, v, sigma } = args.inputs as Record<Names, TensorInfo>;
  const backend = args.backend as WasmBackend;
  const division = args.attrs as unknown as Division;
  const kernels = kernelsOf(backend);
  const [samples, outputs] = dy.shape as [number, number];
  const size = samples * outputs;
  const space = new Workspace();
  // dz, and under it one more sample: along · u, whose input is v.
  const [slopes, sum] = [space.reserve((size + outputs) * 4), space.reserve(8)];
  let dKernel: TensorInfo | undefined;
  const dx = produce(backend, x.shape, (toX) => {
    dKernel = produce(backend, kernel.shape, (toKernel) => {
      space.run(backend, () => {
        const found = float32At(backend, sigma)[0]!;
        kernels.scaleInto(addressOf(backend, dy), slopes(), size, factorOf(found, division));
        kernels.innerProduct(slopes(), addressOf(backend, y), size, sum());
        const along = isDivided(found, division) ? -sumAt(backend, sum(), 1) / division.target : 0;
        kernels.scaleInto(addressOf(backend, u), slopes() + size * 4, outputs, along);
        const back = [layout(dy.shape, false), layout(kernel.shape, true)] as const;
        multiplyAll(backend, ...back, [{ a: slopes(), b: addressOf(backend, kernel), c: toX }]);
        const [a, b] = [layout([samples + 1, x.shape[1]!], true), layout([samples + 1, outputs], false)];
        const factors = { a: addressOf(backend, x), b: slopes(), c: toKernel, last: addressOf(backend, v) };
        multiplyAll(backend, a, b, [factors]);
      });
    });
  });
  if (dKernel) return [dx, dKernel];
  return [dx, produce(backend, kernel.shape, (to) => kernels.zero(to, util.sizeFromShape(kernel.shape) * 4))];
};

/** Registers products with a divided kernel that is not written down. */
export function registerSpectralProduct(): void {
  replaceKernel(spectralProductKernel, product);
  replaceKernel(spectralProductGradKernel, gradient);
}
