import { broadcast_util, getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';

/** Whether x repeats along `out`: a scalar, or the last axes of it. */
export function repeats(x: number[], out: number[]): boolean {
  const trailing = x.slice(x.findIndex((extent) => extent !== 1));
  if (util.sizeFromShape(x) === 1) return true;
  return trailing.every((extent, axis) => extent === out[out.length - trailing.length + axis]);
}

/** x spread out to the shape `out`, a tensor of its own. */
function spreadOut(backend: WasmBackend, x: TensorInfo, out: number[]): TensorInfo {
  const shape = [...new Array<number>(out.length - x.shape.length).fill(1), ...x.shape];
  const reps = out.map((extent, axis) => (shape[axis] === 1 ? extent : 1));
  const tile = getKernel('Tile', 'wasm')!;
  return tile.kernelFunc({ inputs: { x: { ...x, shape } }, attrs: { reps }, backend }) as TensorInfo;
}

/** The smaller or larger of two values, NaN where either is. */
function extremum(isMin: boolean): NativeKernel {
  return (args, replaced) => {
    const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return replaced(args);
    const backend = args.backend as WasmBackend;
    const kernels = kernelsOf(backend);
    const out = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const size = util.sizeFromShape(out);
    if (size === 0) return produce(backend, out, () => undefined);
    const made: TensorInfo[] = [];
    const whole = (x: TensorInfo): TensorInfo => {
      if (util.sizeFromShape(x.shape) === size) return x;
      const spread = spreadOut(backend, x, out);
      made.push(spread);
      return spread;
    };
    try {
      const [long, short] = util.sizeFromShape(a.shape) >= util.sizeFromShape(b.shape) ? [a, b] : [b, a];
      const [first, second] = [whole(long), repeats(short.shape, out) ? short : whole(short)];
      return produce(backend, out, (address) => {
        const period = util.sizeFromShape(second.shape);
        kernels.extremum(isMin, addressOf(backend, first), addressOf(backend, second), address, size, period);
      });
    } finally {
      for (const { dataId } of made) backend.disposeData(dataId);
    }
  };
}

const hardtanh = 12;

/** x within min … max; NaN stays. */
const clip: NativeKernel = (args, replaced) => {
  const x = args.inputs.x!;
  if (x.dtype !== 'float32') return replaced(args);
  const { clipValueMin, clipValueMax } = args.attrs as unknown as { clipValueMin: number; clipValueMax: number };
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const size = util.sizeFromShape(x.shape);
  return produce(backend, x.shape, (y) => {
    kernels.activation(hardtanh, addressOf(backend, x), y, size, clipValueMin, clipValueMax);
  });
};

/** Registers maximum, minimum and clipByValue, which keep NaN visible. */
export function registerExtrema(): void {
  replaceKernel('Maximum', extremum(false));
  replaceKernel('Minimum', extremum(true));
  replaceKernel('ClipByValue', clip);
}
