import type { ChannelWeights } from './weightsOf';

/** Why a channel died, with the figures that speak for it. */
export type DeathCause =
  | 'zero-kernel'
  | 'upstream-death'
  | 'learning-rate-spike'
  | 'batch-norm-shift'
  | 'bias-drift'
  | 'input-shift'
  | 'kernel-change';

/** A cause with the figures that name it. */
export interface DeathDiagnosis {
  readonly cause: DeathCause;
  readonly figures: Readonly<Record<string, number>>;
}

/** What was seen of a layer at one observation, before that step's update. */
export interface ChannelObservation {
  /** Observations before this one. */
  readonly index: number;
  readonly weights: ChannelWeights;
  /** Per channel: max z, the distance to life, which a death pushes below 0; the mean of h would hide it. */
  readonly maxZ: readonly number[];
  /** Whether every channel of the layer before was dead. */
  readonly upstreamDead: boolean;
}

/** A learning rate this many times the usual one is a spike. */
const spike = 3;

const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Why a channel stopped firing between its last observation alive and the first dead one. The change of max z is what is
 * explained: by the bias (or batch norm's β) if that moved by more than half of it, by the kernel if its norm changed by
 * more than a tenth, and by the input otherwise.
 *
 * @param rates the learning rate of every observation's update; NaN where it can't be read
 */
export function diagnose(
  channel: number,
  alive: ChannelObservation,
  dead: ChannelObservation,
  rates: readonly number[],
): DeathDiagnosis {
  const norm = (one: ChannelObservation): number => one.weights.kernelNorms?.read()?.[channel] ?? Number.NaN;
  const shift = (one: ChannelObservation): number => one.weights.shift?.[channel] ?? 0;
  const maxZChange = dead.maxZ[channel]! - alive.maxZ[channel]!;
  const shiftChange = shift(dead) - shift(alive);
  const kernelChange = norm(dead) / norm(alive) - 1;
  const figures = { maxZBefore: alive.maxZ[channel]!, maxZAfter: dead.maxZ[channel]!, shiftChange, kernelChange };
  if (norm(dead) === 0) return { cause: 'zero-kernel', figures: { ...figures, kernelNorm: 0 } };
  if (dead.upstreamDead) return { cause: 'upstream-death', figures };
  const usual = median(rates.slice(0, alive.index));
  const learningRate = Math.max(...rates.slice(alive.index, dead.index));
  if (usual !== undefined && learningRate > spike * usual)
    return { cause: 'learning-rate-spike', figures: { ...figures, learningRate, usual } };
  if (maxZChange < 0 && shiftChange < maxZChange / 2)
    return { cause: dead.weights.normalized ? 'batch-norm-shift' : 'bias-drift', figures };
  return { cause: Math.abs(kernelChange) > 0.1 ? 'kernel-change' : 'input-shift', figures };
}

/** Why a channel never fired: its figures at the first observation. */
export function diagnoseBirth(channel: number, first: ChannelObservation): DeathDiagnosis | undefined {
  const kernelNorm = first.weights.kernelNorms?.read()?.[channel] ?? Number.NaN;
  const figures = { maxZAfter: first.maxZ[channel]!, kernelNorm };
  if (kernelNorm === 0) return { cause: 'zero-kernel', figures };
  return first.upstreamDead ? { cause: 'upstream-death', figures } : undefined;
}
