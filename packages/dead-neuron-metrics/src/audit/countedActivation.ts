import { activationStatisticsKernel, hasKernel } from '@relumine/core';
import { dispose, engine, keep, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';
import { firingEpsilon } from '../statistics/responses';
import type { FoundActivation } from './activationOf';

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

/** Whether Relumine's kernel may stand in for the layer's own function. */
export const sameFunction = (activation: string, own: boolean): boolean => own || sameAsStock.has(activation);

/**
 * Whether the backend can apply this activation and count what is wanted in the same pass, with the very numbers that the
 * layer itself would give: of Relumine's own activations, and of tfjs's ReLUs.
 */
export function canCount({ activation }: FoundActivation, own: boolean): boolean {
  if (!sameFunction(activation, own) || !neverNegative.has(activation)) return false;
  return hasKernel(activationStatisticsKernel);
}

/** f(z), and what was counted on the way; undefined where there was a NaN. */
export function countedActivation(
  z: Tensor,
  { activation, params }: FoundActivation,
): { h: Tensor; rows: CountedRows | undefined } {
  const attrs = { name: activation, params, epsilon: firingEpsilon(activation) } as unknown as NamedAttrMap;
  const [h, ...counted] = engine().runKernel(activationStatisticsKernel, { x: z }, attrs) as unknown as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return { h, rows: readCounted(counted) };
}

/** What was counted. The counts of units stay where they are: there are millions, and nobody reads them batch by batch. */
export interface CountedRows {
  readonly positions: number;
  readonly channels: number;
  /** Rows of int32[4, channels]: samples that fired, zeros, non-finite h, NaN of z. */
  readonly counts: Int32Array;
  /** int32[positions, channels], kept; the receiver's. */
  readonly unitFired: Tensor;
  /** Rows of float64[6, channels]: Σh, Σ|h|, Σh², min h, max h, max z. */
  readonly figures: Float64Array;
}

/** Reads the counts; undefined where there was a NaN, whose unit the pass doesn't tell. Keeps or disposes them. */
function readCounted([counts, units, values]: readonly [counts: Tensor, units: Tensor, values: Tensor]):
  | CountedRows
  | undefined {
  const [positions, channels] = units.shape as [number, number];
  let known = false;
  try {
    // The backends that count have their values at hand: nothing waits here.
    const rows = counts.dataSync() as Int32Array;
    known = !rows.subarray(3 * channels).some((nan) => nan > 0);
    if (!known) return undefined;
    const bytes = (values.dataSync() as Float32Array).slice().buffer;
    return { positions, channels, counts: rows, unitFired: keep(units), figures: new Float64Array(bytes) };
  } finally {
    dispose(known ? [counts, values] : [counts, units, values]);
  }
}
