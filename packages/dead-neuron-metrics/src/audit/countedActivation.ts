import { activationStatisticsKernel, hasKernel } from '@relumine/core';
import { dispose, engine, keep, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';
import { firingEpsilon, type ResponseParams } from '../statistics/responses';
import type { FoundActivation } from './activationOf';

/** Functions with a compiled pass that are never below 0: their values at 0 or below are the zeros, which it counts. */
const neverNegative: ReadonlySet<string> = new Set([
  'relu',
  'relu6',
  'hardsigmoid',
  'sigmoid',
  'softplus',
  'squareplus',
]);

/** The other functions with a compiled pass; a second one over h counts their values at 0 or below. */
const signed: ReadonlySet<string> = new Set([
  'leakyRelu',
  'prelu',
  'elu',
  'celu',
  'selu',
  'silu',
  'mish',
  'tanh',
  'softsign',
  'hardtanh',
  'hardswish',
  'gelu',
  'logSigmoid',
  'tanhshrink',
  'softshrink',
  'hardshrink',
  'threshold',
]);

/** tfjs's own functions that Relumine's kernels compute bit for bit, on every backend that has any of them. */
const sameAsStock: ReadonlySet<string> = new Set(['relu', 'relu6']);

/** tfjs's own functions whose kernels Relumine's replace wherever there is one that counts. */
const replaced: ReadonlySet<string> = new Set(['leakyRelu', 'prelu', 'elu', 'selu', 'sigmoid', 'tanh']);

/** Whether Relumine's kernel may stand in for the layer's own function. */
export const sameFunction = (activation: string, own: boolean): boolean => own || sameAsStock.has(activation);

/**
 * Whether the backend can apply this activation and count what is wanted in the same pass, with the very numbers that the
 * layer itself would give: of Relumine's own activations, and of those of tfjs's that Relumine's kernels compute.
 */
export function canCount({ activation }: FoundActivation, own: boolean): boolean {
  if (!sameFunction(activation, own) && !replaced.has(activation)) return false;
  if (!neverNegative.has(activation) && !signed.has(activation)) return false;
  return hasKernel(activationStatisticsKernel);
}

/** Whether a PReLU's slopes are one for all or one for each channel: the pass knows no others. */
const slopesFit = ({ size, shape }: Tensor, channels: number): boolean =>
  size === 1 || (size === channels && shape.at(-1) === channels);

function count(x: Tensor, name: string, params: ResponseParams, epsilon: number, alpha?: Tensor) {
  const attrs = { name, params, epsilon } as unknown as NamedAttrMap;
  return engine().runKernel(activationStatisticsKernel, { x, ...(alpha ? { alpha } : {}) }, attrs) as Tensor[] as [
    h: Tensor,
    counts: Tensor,
    units: Tensor,
    values: Tensor,
  ];
}

/**
 * f(z), and what was counted on the way: undefined where there was a NaN.
 *
 * @param slopes a PReLU's
 * @returns undefined where the pass doesn't know the slopes
 */
export function countedActivation(
  z: Tensor,
  { activation, params }: FoundActivation,
  slopes?: Tensor,
): { h: Tensor; rows: CountedRows | undefined } | undefined {
  if (activation === 'prelu' && !(slopes && slopesFit(slopes, z.shape.at(-1)!))) return undefined;
  // A PReLU fires wherever its slope is not exactly 0.
  const epsilon = activation === 'prelu' ? 0 : firingEpsilon(activation);
  const [h, ...counted] = count(z, activation, params, epsilon, slopes);
  const rows = readCounted(counted);
  return { h, rows: rows && neverNegative.has(activation) ? rows : rows && { ...rows, nonPositive: nonPositive(h) } };
}

/** Values of h at 0 or below, by channel: the zeros of its ReLU. */
function nonPositive(h: Tensor): Int32Array {
  const [zeros, channels] = [1, h.shape.at(-1)!];
  const made = count(h, 'relu', {}, 0);
  const counts = made[1].dataSync() as Int32Array;
  dispose(made);
  return counts.slice(zeros * channels, (zeros + 1) * channels);
}

/** What was counted. The counts of units stay where they are: there are millions, and nobody reads them batch by batch. */
export interface CountedRows {
  readonly positions: number;
  readonly channels: number;
  /** Rows of int32[4, channels]: samples that fired, zeros, non-finite h, NaN of z. */
  readonly counts: Int32Array;
  /** int32[channels]: values of h at 0 or below; the zeros where left out. */
  readonly nonPositive?: Int32Array;
  /** int32[positions, channels], kept; the receiver's. */
  readonly unitFired: Tensor;
  /** Rows of float64[6, channels]: Σh, Σ|h|, Σh², min h, max h, max z. */
  readonly figures: Float64Array;
}

/** Reads the counts; undefined where z or h had a NaN, whose unit the pass doesn't tell. Keeps or disposes them. */
function readCounted([counts, units, values]: readonly [counts: Tensor, units: Tensor, values: Tensor]):
  | CountedRows
  | undefined {
  const [positions, channels] = units.shape as [number, number];
  let known = false;
  try {
    // The backends that count have their values at hand: nothing waits here.
    const rows = counts.dataSync() as Int32Array;
    const figures = new Float64Array((values.dataSync() as Float32Array).slice().buffer);
    // Magnitudes have no ∞ − ∞: their sum is NaN where some h is.
    const magnitudes = figures.subarray(channels, 2 * channels);
    known = !rows.subarray(3 * channels).some((nan) => nan > 0) && !magnitudes.some(Number.isNaN);
    return known ? { positions, channels, counts: rows, unitFired: keep(units), figures } : undefined;
  } finally {
    dispose(known ? [counts, values] : [counts, units, values]);
  }
}
