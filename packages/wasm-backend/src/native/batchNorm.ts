import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, allocate, findMemory, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { portions, ranges } from './shares';
import { type Part, runParts } from './threads';
import { Workspace } from './workspace';

/** `[dx, dmean, dvariance, doffset, dscale]` of inputs `{ dy, x, mean, variance, scale? }` and attribute varianceEpsilon. */
export const batchNormGradKernel = 'RelumineBatchNormGrad';

type Moments = Record<'mean' | 'variance', TensorInfo> & { scale?: TensorInfo; offset?: TensorInfo };

/** Rows that are summed in float32: few enough that nothing is lost, and that they stay in the first-level cache. */
const stripOf = (channels: number): number => Math.max(8, Math.min(64, Math.floor(4096 / channels)));

/** Channels of x where each of the moments has one value per channel; undefined where that is not so. */
function channelsOf(x: TensorInfo, { mean, variance, scale, offset }: Moments): number | undefined {
  const channels = x.shape.at(-1) ?? 0;
  const perChannel = [mean, variance, scale, offset].every(
    (moment) =>
      moment === undefined ||
      moment === null ||
      (moment.dtype === 'float32' && moment.shape.at(-1) === channels && util.sizeFromShape(moment.shape) === channels),
  );
  return channels > 0 && x.dtype === 'float32' && perChannel ? channels : undefined;
}

/** The values of a tensor, to be read before the heap can grow. */
const values = (backend: WasmBackend, tensor: TensorInfo): Float32Array =>
  new Float32Array(
    (findMemory(backend) as WebAssembly.Memory).buffer,
    addressOf(backend, tensor),
    util.sizeFromShape(tensor.shape),
  );

/** γ / √(σ² + ε), in float64 until the last rounding, and 1 / √(σ² + ε). */
function factors(backend: WasmBackend, { variance, scale }: Moments, epsilon: number) {
  const inverse = Float64Array.from(values(backend, variance), (v) => 1 / Math.sqrt(v + epsilon));
  const scales = scale ? values(backend, scale) : undefined;
  return { inverse, factor: inverse.map((value, c) => value * (scales ? scales[c]! : 1)) };
}

const words = (of: ArrayLike<number>): Uint32Array => new Uint32Array(Float32Array.from(of).buffer);

const forward: NativeKernel = (args, replaced) => {
  const inputs = args.inputs as unknown as Moments & { x: TensorInfo };
  const { x, mean, offset } = inputs;
  const channels = channelsOf(x, inputs);
  if (channels === undefined) return replaced(args);
  const { varianceEpsilon } = args.attrs as unknown as { varianceEpsilon: number };
  const backend = args.backend as WasmBackend;
  const size = util.sizeFromShape(x.shape);
  return produce(backend, x.shape, (y) => {
    const work = new Workspace();
    const factor = work.table(words(factors(backend, inputs, varianceEpsilon).factor));
    const shift = work.table(words(offset ? values(backend, offset) : new Float32Array(channels)));
    work.run(backend, () => {
      const [from, centre, bytes] = [addressOf(backend, x), addressOf(backend, mean), channels * 4];
      const parts = portions(backend, size / channels, 1, 'pass', size).map(([first, last]): Part => {
        const at = first * bytes;
        return ['batchNorm', from + at, centre, factor(), shift(), y + at, last - first, channels];
      });
      runParts(backend, parts);
    });
  });
};

const gradient: NativeKernel = (args, replaced) => {
  const inputs = args.inputs as unknown as Moments & { x: TensorInfo; dy: TensorInfo };
  const { x, dy, mean, variance } = inputs;
  const channels = dy.dtype === 'float32' ? channelsOf(x, inputs) : undefined;
  if (channels === undefined) return replaced(args);
  const { varianceEpsilon } = args.attrs as unknown as { varianceEpsilon: number };
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const made: TensorInfo[] = [];
  try {
    for (const shape of [x.shape, mean.shape, variance.shape, mean.shape, mean.shape]) {
      made.push(allocate(backend, shape, 'float32'));
    }
    const { inverse, factor } = factors(backend, inputs, varianceEpsilon);
    const size = util.sizeFromShape(x.shape);
    const work = new Workspace();
    const table = work.table(words(factor));
    const rows = ranges(backend, size / channels, 1, 'pass', size);
    const sums = rows.map(() => work.reserve(channels * 16));
    work.run(backend, () => {
      const [from, slope, to] = [x, dy, made[0]!].map((tensor) => addressOf(backend, tensor)) as [
        number,
        number,
        number,
      ];
      for (const share of sums) kernels.zero(share(), channels * 16);
      const parts = rows.map(([first, last], i): Part => {
        const at = first * channels * 4;
        const out = [to + at, last - first, channels, stripOf(channels), sums[i]!()] as const;
        return ['batchNormGrad', from + at, slope + at, addressOf(backend, mean), table(), ...out];
      });
      runParts(backend, parts);
      const { buffer } = findMemory(backend) as WebAssembly.Memory;
      const shares = sums.map((share) => new Float64Array(buffer, share(), 2 * channels));
      const [dMean, dVariance, dOffset, dScale] = made.slice(1).map((tensor) => values(backend, tensor)) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      for (let c = 0; c < channels; c++) {
        // The shares are added in the order of the rows, whoever computed them.
        const total = shares.reduce((sum, share) => sum + share[c]!, 0);
        const product = shares.reduce((sum, share) => sum + share[channels + c]!, 0);
        dMean[c] = -factor[c]! * total;
        dVariance[c] = -0.5 * inverse[c]! ** 2 * factor[c]! * product;
        dOffset[c] = total;
        dScale[c] = inverse[c]! * product;
      }
    });
    return made;
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId, true);
    throw error;
  }
};

/**
 * Registers batch normalisation by the last axis, y = γ (x − μ) / √(σ² + ε) + β, and {@link batchNormGradKernel}, which
 * gives the gradients of all its inputs in one pass.
 */
export function registerBatchNorm(): void {
  replaceKernel('FusedBatchNorm', forward);
  replaceKernel(batchNormGradKernel, gradient);
}
