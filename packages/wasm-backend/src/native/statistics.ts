import { activationStatisticsKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activationCodes } from './activationCodes';
import { addressOf, allocate, findMemory, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { Workspace } from './workspace';

const IDENTITY = -1;
const PRELU = -2;

/** The kernel's number and parameters for an activation; undefined where there is no compiled pass. */
function codeOf(name: string, params: Record<string, unknown>): [op: number, a: number, b: number] | undefined {
  if (name === 'linear') return [IDENTITY, 0, 0];
  if (name === 'prelu') return [PRELU, 0, 0];
  const code = activationCodes[name];
  return code && [code.op(params), ...(code.parameters?.(params) ?? ([0, 0] as const))];
}

/** Positions that are activated and counted together: three strips of them stay in the first-level cache. */
const stripOf = (positions: number, channels: number): number =>
  Math.max(1, Math.min(positions, Math.max(4, Math.floor(2048 / channels))));

/** One pass over z: see `activationStatisticsKernel` in @relumine/core. A NaN makes its channel's sums and extremes NaN. */
const statistics: NativeKernel = (args, replaced) => {
  const { x, alpha } = args.inputs as { x: TensorInfo; alpha?: TensorInfo };
  const { name, params, epsilon } = args.attrs as unknown as {
    name: string;
    params?: Record<string, unknown>;
    epsilon: number;
  };
  const channels = x.shape.at(-1) ?? 0;
  const batch = x.shape[0] ?? 0;
  const code = codeOf(name, params ?? {});
  const slopesFit = code?.[0] !== PRELU || (alpha && [1, channels].includes(util.sizeFromShape(alpha.shape)));
  const fits = x.dtype === 'float32' && x.shape.length >= 2 && channels > 0 && slopesFit;
  if (!fits || code === undefined) return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const positions = util.sizeFromShape(x.shape.slice(1, -1));
  const strip = stripOf(positions, channels);
  const made: TensorInfo[] = [];
  const make = (shape: number[], dtype: 'float32' | 'int32'): number => {
    const tensor = allocate(backend, shape, dtype);
    made.push(tensor);
    return addressOf(backend, tensor);
  };
  const work = new Workspace();
  const one = new Float32Array(strip * channels).fill(1);
  const ones = work.table(new Uint32Array(one.buffer));
  const [derivative, slopes] = [work.reserve(strip * channels * 4), work.reserve(channels * 4)];
  // Thirteen rows of sums, and one of masks for each sample.
  const accumulators = Math.ceil(channels / 4) * 16 * (13 + batch);
  const base = work.reserve(accumulators);
  try {
    const h = make(x.shape, 'float32');
    const counts = make([4, channels], 'int32');
    const units = make([positions, channels], 'int32');
    const values = make([12, channels], 'float32');
    work.run(backend, () => {
      kernels.zero(units, positions * channels * 4);
      kernels.zero(base(), accumulators);
      if (code[0] === PRELU) copySlopes(backend, alpha!, channels, slopes());
      const shape = [batch, positions, channels] as const;
      const scratch = [ones(), derivative(), units, base()] as const;
      const [op, a, b] = code;
      const function_ = [a, b, slopes(), epsilon] as const;
      kernels.activationStatistics(
        op,
        addressOf(backend, x),
        h,
        ...shape,
        ...function_,
        strip,
        ...scratch,
        counts,
        values,
      );
    });
    return made;
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId, true);
    throw error;
  }
};

/** alpha f32[channels] or [1] as f32[channels]. */
function copySlopes(backend: WasmBackend, alpha: TensorInfo, channels: number, to: number): void {
  const { buffer } = findMemory(backend) as WebAssembly.Memory;
  const size = util.sizeFromShape(alpha.shape);
  const from = new Float32Array(buffer, addressOf(backend, alpha), size);
  const slopes = new Float32Array(buffer, to, channels);
  if (size === 1) slopes.fill(from[0]!);
  else slopes.set(from);
}

/** Registers the counting activation pass for every activation with a compiled form, prelu and the identity. */
export function registerActivationStatistics(): void {
  replaceKernel(activationStatisticsKernel, statistics);
}
