import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addLater } from './deferred';
import { repeats } from './extrema';
import { addressOf, produce, type WasmBackend } from './heap';
import { type NativeKernel, replaceKernel } from './registry';
import { portions } from './shares';
import { type Part, runParts } from './threads';

/** The operation's number, and its number with the operands exchanged: shared with assembly/binary.as. */
const codes = { Add: [0, 0], Sub: [1, 4], Multiply: [2, 2], RealDiv: [3, 5] } as const;
const addIntegers = [6, 6] as const;

/** Whether x has one value for each row of `out`: its leading axes, then axes of length 1. */
function isPerRow(x: number[], out: number[]): boolean {
  const shape = [...new Array<number>(out.length - x.length).fill(1), ...x];
  const rest = shape.length - [...shape].reverse().findIndex((extent) => extent !== 1);
  return shape.slice(0, rest).every((extent, axis) => extent === out[axis]);
}

/** out = a ∘ b where one operand is as large as the result and the other repeats along it, or has one value per row. */
function run(
  backend: WasmBackend,
  [code, exchanged]: readonly [number, number],
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | undefined {
  const shape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const size = util.sizeFromShape(shape);
  const straight = util.sizeFromShape(a.shape) === size;
  const [long, short] = straight ? [a, b] : [b, a];
  const perRow = !repeats(short.shape, shape);
  if (util.sizeFromShape(long.shape) !== size || (perRow && !isPerRow(short.shape, shape))) return undefined;
  const fill = (out: number): void => {
    const [from, other] = [addressOf(backend, long), addressOf(backend, short)];
    const length = util.sizeFromShape(short.shape);
    const op = straight ? code : exchanged;
    if (perRow) {
      const row = size / length;
      const parts = portions(backend, length, 1, 'pass', size).map(([first, last]): Part => {
        const at = first * row * 4;
        return ['binaryRows', op, from + at, other + first * 4, out + at, last - first, row];
      });
      runParts(backend, parts);
      return;
    }
    if (length === size) {
      const parts = portions(backend, size, 16, 'pass', size).map(([first, last]): Part => {
        const count = last - first;
        return ['binary', op, from + first * 4, other + first * 4, out + first * 4, count, count];
      });
      runParts(backend, parts);
      return;
    }
    const parts = portions(backend, size / length, length === 1 ? 16 : 1, 'pass', size).map(([first, last]): Part => {
      const at = first * length * 4;
      return ['binary', op, from + at, other, out + at, (last - first) * length, length];
    });
    runParts(backend, parts);
  };
  return produce(backend, shape, fill, code === addIntegers[0] ? 'int32' : 'float32');
}

/**
 * Registers Add, Sub, Multiply, RealDiv and Square of float32, and Add of int32, on our own threads: the stock kernels' threads spin for a
 * while after each call, on the cores that the next kernel wants.
 */
export function registerBinary(): void {
  for (const [name, code] of Object.entries(codes)) {
    const kernel: NativeKernel = (args, replaced) => {
      const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
      const integers = name === 'Add' && a.dtype === 'int32' && b.dtype === 'int32';
      if (integers) return run(args.backend as WasmBackend, addIntegers, a, b) ?? replaced(args);
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return replaced(args);
      const sum = name === 'Add' ? addLater(args.backend as WasmBackend, a, b) : undefined;
      if (sum) return sum;
      return run(args.backend as WasmBackend, code, a, b) ?? replaced(args);
    };
    replaceKernel(name, kernel);
  }
  replaceKernel('Square', (args, replaced) => {
    const x = args.inputs.x!;
    return (x.dtype === 'float32' && run(args.backend as WasmBackend, codes.Multiply, x, x)) || replaced(args);
  });
}
