import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, produce, type WasmBackend } from './heap';
import { type NativeKernel, replaceKernel } from './registry';
import { portions } from './shares';
import { type Part, runParts } from './threads';

/** The gradient of elu, sigmoid or tanh (attribute name) by their output, which tfjs saves: of inputs `{ dy, y }`. */
export const outputGradKernel = 'RelumineOutputGrad';

/** The numbers are shared with assembly/outputGradients.as. */
const codes: Readonly<Record<string, number>> = { elu: 0, sigmoid: 1, tanh: 2 };

const kernel =
  (nameOf: (attrs: Record<string, unknown>) => string): NativeKernel =>
  (args, replaced) => {
    const { dy, y } = args.inputs as { dy: TensorInfo; y: TensorInfo };
    const code = codes[nameOf((args.attrs ?? {}) as Record<string, unknown>)];
    if (dy.dtype !== 'float32' || y.dtype !== 'float32' || code === undefined) return replaced(args);
    const backend = args.backend as WasmBackend;
    const size = util.sizeFromShape(y.shape);
    return produce(backend, y.shape, (dx) => {
      const [slope, from] = [addressOf(backend, dy), addressOf(backend, y)];
      const parts = portions(backend, size, 16, 'pass', size).map(([first, last]): Part => {
        return ['outputGrad', code, slope + first * 4, from + first * 4, dx + first * 4, last - first];
      });
      runParts(backend, parts);
    });
  };

/** Registers gradients by the output: elu's y > 0 ? 1 : y + 1, sigmoid's y (1 − y), tanh's (1 − y) (1 + y). */
export function registerOutputGradients(): void {
  replaceKernel(
    outputGradKernel,
    kernel(({ name }) => String(name)),
  );
  replaceKernel(
    'EluGrad',
    kernel(() => 'elu'),
  );
}
