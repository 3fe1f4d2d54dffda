import {
  type ActivationName,
  activationGradKernel,
  activationStatisticsKernel,
  type ChannelStatisticsSnapshot,
  encodeNumber,
  hasKernel,
} from '@relumine/core';
import { customGrad, dispose, engine, keep, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';
import { firingEpsilon } from '../statistics/responses';
import type { FoundActivation } from './activationOf';

/** What one pass over z counted; kept tensors, the receiver's. See `activationStatisticsKernel` in @relumine/core. */
export interface Counted {
  readonly counts: Tensor;
  readonly units: Tensor;
  readonly values: Tensor;
}

/** Functions that are never below 0: their values at 0 or below are the zeros, which the pass counts. */
const neverNegative: ReadonlySet<string> = new Set([
  'relu',
  'relu6',
  'hardsigmoid',
  'sigmoid',
  'softplus',
  'squareplus',
]);

/** tfjs's own functions that Relumine's kernels compute bit for bit. */
const sameAsStock: ReadonlySet<string> = new Set(['relu', 'relu6']);

/**
 * Whether the backend can apply this activation and count what is wanted in the same pass, with the very numbers that the
 * layer itself would give: of Relumine's own activations, and of tfjs's ReLUs.
 */
export function canCount({ activation }: FoundActivation, own: boolean): boolean {
  if (!(own || sameAsStock.has(activation)) || !neverNegative.has(activation)) return false;
  return hasKernel(activationStatisticsKernel) && hasKernel(activationGradKernel(activation as ActivationName));
}

/** f(z) with its gradient, and what was counted on the way. */
export function countedActivation(z: Tensor, { activation, params }: FoundActivation): { h: Tensor; counted: Counted } {
  const name = activation as ActivationName;
  const epsilon = firingEpsilon(activation);
  let counted: Counted | undefined;
  const apply = customGrad((...args: (Tensor | ((tensors: Tensor[]) => void))[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const attrs = { name, params, epsilon } as unknown as NamedAttrMap;
    const [h, counts, units, values] = engine().runKernel(activationStatisticsKernel, { x }, attrs) as unknown as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    counted = { counts: keep(counts), units: keep(units), values: keep(values) };
    save([x]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]): Tensor =>
      engine().runKernel(activationGradKernel(name), { dy, x: saved! }, params as unknown as NamedAttrMap) as Tensor;
    return { value: h, gradFunc };
  });
  return { h: apply(z), counted: counted! };
}

/** What was counted, as it lies in memory. */
export interface CountedRows {
  readonly positions: number;
  readonly channels: number;
  /** Rows of int32[4, channels]: samples that fired, zeros, non-finite h, NaN of z. */
  readonly counts: Int32Array;
  /** int32[positions, channels] */
  readonly unitFired: Int32Array;
  /** Rows of float64[6, channels]: Σh, Σ|h|, Σh², min h, max h, max z. */
  readonly figures: Float64Array;
}

/** Reads the counts; undefined where there was a NaN, whose unit the pass doesn't tell. Disposes them. */
export async function readCounted({ counts, units, values }: Counted): Promise<CountedRows | undefined> {
  try {
    const [positions, channels] = units.shape as [number, number];
    const [rows, unitFired, bytes] = await Promise.all([counts.data(), units.data(), values.data()]);
    if (rows.subarray(3 * channels).some((nan) => nan > 0)) return undefined;
    const figures = new Float64Array(Float32Array.from(bytes as Float32Array).buffer);
    return { positions, channels, counts: rows as Int32Array, unitFired: unitFired as Int32Array, figures };
  } finally {
    dispose([counts, units, values]);
  }
}

/** The same as a snapshot, which merges. */
export function snapshotOf(
  { positions, channels, counts, unitFired, figures }: CountedRows,
  samples: number,
  nonFinite: 'propagate' | 'ignore',
): ChannelStatisticsSnapshot {
  const row = (i: number): number[] => Array.from(counts.subarray(i * channels, (i + 1) * channels));
  const numbers = (i: number) =>
    Array.from(figures.subarray(i * channels, (i + 1) * channels), (x) => encodeNumber(x + 0));
  const zeros = row(1);
  return {
    samples,
    count: samples * positions,
    positions,
    fired: row(0),
    zeros,
    nonPositive: zeros,
    nan: row(3),
    infinite: row(2),
    sum: numbers(0),
    sumAbs: numbers(1),
    sumSquares: numbers(2),
    min: numbers(3),
    max: numbers(4),
    maxPreactivation: numbers(5),
    unitFired: Array.from(unitFired),
    unitNan: new Array<number>(positions * channels).fill(0),
    nonFinite,
  };
}
