import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';

/** −1, 0 or 1; the stock kernel says 0 below 1.2e-7. 0 for NaN, as in tfjs-backend-cpu. */
export const sign =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const x = args.inputs.x as TensorInfo;
    if (x.dtype !== 'float32') return stock(args);
    const signs = Float32Array.from(view(args.backend, x), (value) => (value > 0 ? 1 : value < 0 ? -1 : 0));
    return make(args.backend, signs, x.shape, 'float32');
  };
