import type { ChannelWeights } from './weightsOf';

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

/** What was seen of a channel at one observation. */
export interface ChannelObservation {
  readonly weights: ChannelWeights;
  readonly meanZ: readonly number[];
  /** Whether every channel of the layer before was dead. */
  readonly upstreamDead: boolean;
  readonly learningRate: number | undefined;
}

/** A learning rate this many times the usual one is a spike. */
const spike = 3;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/**
 * Why a channel stopped firing between its last observation alive and the first dead one. The change of mean z is what is
 * explained: by the bias (or batch norm's β) if that moved by more than half of it, by the kernel if its norm changed by
 * more than a tenth, and by the input otherwise.
 *
 * @param rates learning rates of the observations before
 */
export function diagnose(
  channel: number,
  alive: ChannelObservation,
  dead: ChannelObservation,
  rates: readonly number[],
): DeathDiagnosis {
  const norm = (one: ChannelObservation): number => one.weights.kernelNorm?.[channel] ?? Number.NaN;
  const shift = (one: ChannelObservation): number => one.weights.shift?.[channel] ?? 0;
  const meanZChange = dead.meanZ[channel]! - alive.meanZ[channel]!;
  const shiftChange = shift(dead) - shift(alive);
  const kernelChange = norm(dead) / norm(alive) - 1;
  const figures = { meanZBefore: alive.meanZ[channel]!, meanZAfter: dead.meanZ[channel]!, shiftChange, kernelChange };
  if (norm(dead) === 0) return { cause: 'zero-kernel', figures: { ...figures, kernelNorm: 0 } };
  if (dead.upstreamDead) return { cause: 'upstream-death', figures };
  if (dead.learningRate !== undefined && rates.length > 0 && dead.learningRate > spike * median(rates))
    return {
      cause: 'learning-rate-spike',
      figures: { ...figures, learningRate: dead.learningRate, usual: median(rates) },
    };
  if (meanZChange < 0 && shiftChange < meanZChange / 2)
    return { cause: dead.weights.normalized ? 'batch-norm-shift' : 'bias-drift', figures };
  return { cause: Math.abs(kernelChange) > 0.1 ? 'kernel-change' : 'input-shift', figures };
}

/** Why a channel never fired: its figures at the first observation. */
export function diagnoseBirth(channel: number, first: ChannelObservation): DeathDiagnosis | undefined {
  const kernelNorm = first.weights.kernelNorm?.[channel] ?? Number.NaN;
  const figures = { meanZAfter: first.meanZ[channel]!, kernelNorm };
  if (kernelNorm === 0) return { cause: 'zero-kernel', figures };
  return first.upstreamDead ? { cause: 'upstream-death', figures } : undefined;
}
