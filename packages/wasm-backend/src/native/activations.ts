import { type ActivationName, activationGradKernel, activationKernel, activationSlopeKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type ActivationCode, activationCodes } from './activationCodes';
import { rectifyDeferred } from './deferred';
import { rectified, rectifiedLater, signsOf } from './deferredGradients';
import { addressOf, produce, produceTwo, type WasmBackend } from './heap';
import { wantsSums, withSums } from './imageSums';
import { type NativeKernel, replaceKernel } from './registry';
import { portions } from './shares';
import { type Part, runParts } from './threads';

/** The number of max(x, 0). */
const relu = 0;

/** f(x) of float32 x by the number of f, on all threads. */
export function applyActivation(backend: WasmBackend, x: TensorInfo, op: number, a: number, b: number): TensorInfo {
  return produce(backend, x.shape, (to) => {
    const [from, size] = [addressOf(backend, x), util.sizeFromShape(x.shape)];
    const parts = portions(backend, size, 16, 'pass', size).map(([first, last]): Part => {
      return ['activation', op, from + first * 4, to + first * 4, last - first, a, b];
    });
    runParts(backend, parts);
  });
}

/** `y = f(x)` under any kernel name; other dtypes than float32 go to the kernel that was there before. */
function forwardKernel(code: ActivationCode, rename: Readonly<Record<string, string>> = {}): NativeKernel {
  return (args, replaced) => {
    const x = args.inputs.x!;
    if (x.dtype !== 'float32') return replaced(args);
    const attrs: Record<string, unknown> = { ...args.attrs };
    for (const [theirs, own] of Object.entries(rename)) attrs[own] = attrs[theirs];
    const [a, b] = code.parameters?.(attrs) ?? [0, 0];
    const backend = args.backend as WasmBackend;
    const op = code.op(attrs);
    if (op !== relu) return applyActivation(backend, x, op, a, b);
    return rectified(x, rectifyDeferred(backend, x) ?? applyActivation(backend, x, op, a, b));
  };
}

/** `dx = dy · f'(x)`, NaN where x is NaN. */
function gradientKernel(code: ActivationCode): NativeKernel {
  return (args, replaced) => {
    const { dy, x } = args.inputs as { dy: TensorInfo; x: TensorInfo };
    if (x.dtype !== 'float32' || dy.dtype !== 'float32') return replaced(args);
    const backend = args.backend as WasmBackend;
    const attrs = (args.attrs ?? {}) as Record<string, unknown>;
    const [a, b] = code.parameters?.(attrs) ?? [0, 0];
    const op = code.op(attrs);
    const at = op === relu ? signsOf(backend, x) : addressOf(backend, x);
    const size = util.sizeFromShape(x.shape);
    const pool = op === relu ? rectifiedLater(backend, dy, x.shape, at) : undefined;
    if (pool) return withSums(backend, x.shape, (fill) => produce(backend, x.shape, (to) => pool(to, fill)));
    const from = addressOf(backend, dy);
    if (wantsSums(x.shape)) {
      return withSums(backend, x.shape, (fill) =>
        produce(backend, x.shape, (to) =>
          fill((first, count, rows, columns, sums) => {
            const offset = first * rows * columns * 4;
            return [
              'activationGradSums',
              op,
              from + offset,
              at + offset,
              to + offset,
              count,
              rows,
              columns,
              a,
              b,
              sums,
            ];
          }),
        ),
      );
    }
    return produce(backend, x.shape, (to) => {
      const parts = portions(backend, size, 16, 'pass', size).map(([first, last]): Part => {
        return ['activationGrad', op, from + first * 4, at + first * 4, to + first * 4, last - first, a, b];
      });
      runParts(backend, parts);
    });
  };
}

/**
 * `[silu(x), silu'(x)]`, which share an exponential: for training, where the second is kept for the gradient instead of x. For
 * the other functions, a gradient kernel takes no longer than storing the slope and multiplying by it would.
 */
const siluWithSlope: NativeKernel = (args, replaced) => {
  const x = args.inputs.x!;
  if (x.dtype !== 'float32') return replaced(args);
  const backend = args.backend as WasmBackend;
  const size = util.sizeFromShape(x.shape);
  return produceTwo(backend, x.shape, (y, slope) => {
    const from = addressOf(backend, x);
    const parts = portions(backend, size, 16, 'pass', size).map(([first, last]): Part => {
      const at = first * 4;
      return ['siluWithSlope', from + at, y + at, slope + at, last - first];
    });
    runParts(backend, parts);
  });
};

const plain = (name: string): ActivationCode => activationCodes[name]!;

/** Registers `Relumine<Name>` and `Relumine<Name>Grad` for every compiled function, and tfjs's own kernels of the family. */
export function registerActivations(): void {
  for (const [name, code] of Object.entries(activationCodes)) {
    replaceKernel(activationKernel(name as ActivationName), forwardKernel(code));
    replaceKernel(activationGradKernel(name as ActivationName), gradientKernel(code));
  }
  replaceKernel(activationSlopeKernel('silu'), siluWithSlope);
  replaceKernel('Relu', forwardKernel(plain('relu')));
  replaceKernel('Relu6', forwardKernel(plain('relu6')));
  replaceKernel('LeakyRelu', forwardKernel(plain('leakyRelu'), { alpha: 'negativeSlope' }));
  // tfjs's elu and softplus are fixed at α = 1, β = 1 without threshold; its selu, sigmoid and tanh have no parameters.
  replaceKernel('Elu', forwardKernel(plain('elu')));
  replaceKernel('Selu', forwardKernel(plain('selu')));
  replaceKernel('Sigmoid', forwardKernel(plain('sigmoid')));
  replaceKernel('Tanh', forwardKernel(plain('tanh')));
  replaceKernel(
    'Softplus',
    forwardKernel({ op: plain('softplus').op, parameters: () => [1, Number.POSITIVE_INFINITY] }),
  );
}
