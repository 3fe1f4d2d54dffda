import { activationStatisticsKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activationCodes } from './activationCodes';
import { firingWindows } from './firingWindows';
import { addressOf, allocate, findMemory, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { ranges } from './shares';
import { type Part, runParts } from './threads';
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

/** What a pass of either kind needs to know. */
interface Pass {
  readonly backend: WasmBackend;
  readonly code: readonly [op: number, a: number, b: number];
  readonly shape: readonly [batch: number, positions: number, channels: number];
  readonly epsilon: number;
  readonly alpha: TensorInfo | undefined;
}

/** Addresses of z and of what the pass makes: h, int32[4, channels], int32[positions, channels], float64[6, channels]. */
interface Tensors {
  readonly z: number;
  readonly h: number;
  readonly counts: number;
  readonly units: number;
  readonly values: number;
}

type Fill = (tensors: Tensors) => void;

/** Whether relu, relu6, leaky ReLU and gelu are counted by blocks of eight channels. */
const takesBlocks = (op: number, positions: number, channels: number): boolean =>
  ((op >= 0 && op <= 2) || op === 16) && channels % 8 === 0 && positions >= 4;

/**
 * Positions that are activated and counted together: what they hold stays in the first-level cache, or, in blocks of ReLUs and
 * leaky ReLU, the lines of one column do. No more than that: sums within are in float32.
 */
function tileOf(op: number, positions: number, channels: number): number {
  const upTo = (most: number, share: number): number => Math.min(most, Math.floor(share / channels));
  if (takesBlocks(op, positions, channels)) {
    // Of many channels, the lines of a column share few sets of the cache: twelve, and no more.
    const pairs = op === 1 && channels >= 256 ? 6 : 12;
    return Math.max(4, op <= 1 ? 2 * upTo(pairs, 4096) : 4 * upTo(12, op === 2 ? 2048 : 1024));
  }
  // ReLUs go by two samples at a time.
  return Math.max(2, op <= 1 ? upTo(16, 1024) : upTo(32, 2048));
}

/** Scratch of one thread for the sums of ReLU and leaky ReLU by rows. */
const sumsBytes = 1536;

/** The fast pass, for channels by fours and functions that fire in two intervals of z at most; undefined for others. */
function byWindows({ backend, code, shape, epsilon }: Pass): Fill | undefined {
  const [batch, positions, channels] = shape;
  if (code[0] < 0 || channels % 4 !== 0 || positions === 0) return undefined;
  const found = firingWindows(backend, [...code, epsilon]);
  if (found === undefined) return undefined;
  const everywhere = found[0] === Number.NEGATIVE_INFINITY && found[1] === Number.POSITIVE_INFINITY;
  // Without an interval nothing fires: the comparison with NaN never holds.
  const edges = found.length === 0 ? [Number.NaN, Number.NaN] : [...found];
  const windows = everywhere ? 0 : edges.length / 2;
  const tile = tileOf(code[0], positions, channels);
  const shares = ranges(backend, positions, tile, 'pass', batch * positions * channels);
  const work = new Workspace();
  const table = work.table(new Uint32Array(new Float32Array(edges).buffer));
  const [masks, accumulators] = [batch * channels * 4, channels * 48];
  const [fired, base] = [work.reserve(masks * shares.length), work.reserve(accumulators * shares.length)];
  const [op, a, b] = code;
  const sums = work.reserve(sumsBytes * shares.length);
  const bytes = takesBlocks(op, positions, channels) ? work.reserve((positions + 4) * channels) : () => 0;
  return ({ z, h, counts, units, values }) =>
    work.run(backend, () => {
      const parts = shares.map(([first, last], part): Part => {
        const own = [first, last, units, fired() + part * masks, bytes(), base() + part * accumulators] as const;
        return ['countPositions', op, z, h, ...shape, a, b, windows, table(), tile, ...own, sums() + part * sumsBytes];
      });
      runParts(backend, parts);
      const scratch = [shares.length, units, fired(), base()] as const;
      kernelsOf(backend).finishCounts(op, z, h, ...shape, a, windows, ...scratch, counts, values);
    });
}

/** Positions that are activated and counted together: three strips of them stay in the first-level cache. */
const stripOf = (positions: number, channels: number): number =>
  Math.max(1, Math.min(positions, Math.max(4, Math.floor(2048 / channels))));

/** The pass for any function and any number of channels. */
function bySlope({ backend, code, shape, epsilon, alpha }: Pass): Fill {
  const [batch, positions, channels] = shape;
  const strip = stripOf(positions, channels);
  const work = new Workspace();
  const one = new Float32Array(strip * channels).fill(1);
  const ones = work.table(new Uint32Array(one.buffer));
  const [derivative, slopes] = [work.reserve(strip * channels * 4), work.reserve(channels * 4)];
  // Thirteen rows of sums, and one of masks for each sample.
  const accumulators = Math.ceil(channels / 4) * 16 * (13 + batch);
  const base = work.reserve(accumulators);
  return ({ z, h, counts, units, values }) =>
    work.run(backend, () => {
      const kernels = kernelsOf(backend);
      kernels.zero(units, positions * channels * 4);
      kernels.zero(base(), accumulators);
      if (code[0] === PRELU) copySlopes(backend, alpha!, channels, slopes());
      const scratch = [ones(), derivative(), units, base()] as const;
      const [op, a, b] = code;
      const function_ = [a, b, slopes(), epsilon] as const;
      kernels.activationStatistics(op, z, h, ...shape, ...function_, strip, ...scratch, counts, values);
    });
}

/** One pass over z: see `activationStatisticsKernel` in @relumine/core. A NaN makes its channel's sums and extremes NaN. */
const statistics: NativeKernel = (args, replaced) => {
  const { x, alpha } = args.inputs as { x: TensorInfo; alpha?: TensorInfo };
  const { name, params, epsilon } = args.attrs as unknown as {
    name: string;
    params?: Record<string, unknown>;
    epsilon: number;
  };
  const channels = x.shape.at(-1) ?? 0;
  const code = codeOf(name, params ?? {});
  const slopesFit = code?.[0] !== PRELU || (alpha && [1, channels].includes(util.sizeFromShape(alpha.shape)));
  const fits = x.dtype === 'float32' && x.shape.length >= 2 && channels > 0 && slopesFit;
  if (!fits || code === undefined) return replaced(args);
  const backend = args.backend as WasmBackend;
  const positions = util.sizeFromShape(x.shape.slice(1, -1));
  const shape = [x.shape[0] ?? 0, positions, channels] as const;
  const pass: Pass = { backend, code, shape, epsilon, alpha };
  const fill = byWindows(pass) ?? bySlope(pass);
  const made: TensorInfo[] = [];
  const make = (size: number[], dtype: 'float32' | 'int32'): number => {
    const tensor = allocate(backend, size, dtype);
    made.push(tensor);
    return addressOf(backend, tensor);
  };
  try {
    const h = make(x.shape, 'float32');
    const counts = make([4, channels], 'int32');
    const units = make([positions, channels], 'int32');
    const values = make([12, channels], 'float32');
    fill({ z: addressOf(backend, x), h, counts, units, values });
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
