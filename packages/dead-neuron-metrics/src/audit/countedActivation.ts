import {
  type ActivationName,
  activationGradKernel,
  activationStatisticsKernel,
  type ChannelStatisticsSnapshot,
  encodeNumber,
  hasKernel,
} from '@relumine/core';
import { customGrad, dispose, engine, keep, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';
import { smoothEpsilon } from '../statistics/responses';
import type { FoundActivation } from './activationOf';

/** What one pass over z counted; kept tensors, the receiver's. See `activationStatisticsKernel` in @relumine/core. */
export interface Counted {
  readonly counts: Tensor;
  readonly units: Tensor;
  readonly values: Tensor;
}

/**
 * Functions that are never below 0: their values at 0 or below are the zeros, which the pass counts. The others are read
 * value by value.
 */
const neverNegative: ReadonlyMap<string, { epsilon: number; sameAsStock: boolean }> = new Map([
  ['relu', { epsilon: 0, sameAsStock: true }],
  ['relu6', { epsilon: 0, sameAsStock: true }],
  ['hardsigmoid', { epsilon: 0, sameAsStock: false }],
  ['sigmoid', { epsilon: smoothEpsilon, sameAsStock: false }],
  ['softplus', { epsilon: smoothEpsilon, sameAsStock: false }],
  ['squareplus', { epsilon: smoothEpsilon, sameAsStock: false }],
]);

/**
 * Whether the backend can apply this activation and count in the same pass, with the very numbers that the layer itself
 * would give: of Relumine's own activations, and of tfjs's ReLUs.
 */
export function canCount({ activation }: FoundActivation, own: boolean): boolean {
  const known = neverNegative.get(activation);
  if (!known || !(own || known.sameAsStock)) return false;
  return hasKernel(activationStatisticsKernel) && hasKernel(activationGradKernel(activation as ActivationName));
}

/** f(z) with its gradient, and what was counted on the way. */
export function countedActivation(z: Tensor, { activation, params }: FoundActivation): { h: Tensor; counted: Counted } {
  const name = activation as ActivationName;
  const { epsilon } = neverNegative.get(activation)!;
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

/** The counts as a snapshot; undefined where there was a NaN, whose unit the pass doesn't tell. Disposes them. */
export async function snapshotOf(
  counted: Counted,
  samples: number,
  nonFinite: 'propagate' | 'ignore',
): Promise<ChannelStatisticsSnapshot | undefined> {
  const { counts, units, values } = counted;
  try {
    const [positions, channels] = units.shape as [number, number];
    const [rows, unitFired, bytes] = await Promise.all([counts.data(), units.data(), values.data()]);
    const row = (i: number): number[] => Array.from(rows.slice(i * channels, (i + 1) * channels));
    const [fired, zeros, broken, nan] = [row(0), row(1), row(2), row(3)];
    if (nan.some((count) => count > 0)) return undefined;
    const doubles = new Float64Array(Float32Array.from(bytes as Float32Array).buffer);
    const figures = (i: number) =>
      Array.from(doubles.subarray(i * channels, (i + 1) * channels), (x) => encodeNumber(x + 0));
    return {
      samples,
      count: samples * positions,
      positions,
      fired,
      zeros,
      nonPositive: zeros,
      nan,
      infinite: broken,
      sum: figures(0),
      sumAbs: figures(1),
      sumSquares: figures(2),
      min: figures(3),
      max: figures(4),
      maxPreactivation: figures(5),
      unitFired: Array.from(unitFired),
      unitNan: new Array<number>(positions * channels).fill(0),
      nonFinite,
    };
  } finally {
    dispose([counts, units, values]);
  }
}
