import { requireFinite, requirePositiveInteger } from '@relumine/core';
import { inverseIncompleteBeta } from './incompleteBeta';

const inside = { min: 0, max: 1, exclusive: true } as const;

/**
 * The upper confidence bound of a firing rate after `fired` firings in `samples` independent samples (Clopper–Pearson,
 * one-sided): the largest rate under which so few firings still have a probability of 1 − confidence. Without a firing it
 * is `1 − (1 − confidence)^(1/samples)`.
 *
 * @param samples independent samples; the positions of one sample are not independent and don't count
 * @returns a rate in [0, 1]; 1 without samples
 * @throws RangeError for a confidence outside (0, 1) or more firings than samples
 * @see Clopper, Pearson 1934, https://doi.org/10.1093/biomet/26.4.404
 */
export function firingRateBound(samples: number, confidence = 0.95, fired = 0): number {
  const where = 'dead-neuron-metrics/firingRateBound';
  requirePositiveInteger(where, 'samples', samples, 0);
  requireFinite(where, 'confidence', confidence, inside);
  requirePositiveInteger(where, 'fired', fired, 0);
  requireFinite(where, 'fired', fired, { max: samples });
  if (fired === samples) return 1;
  // expm1 keeps the digits of a bound near 0.
  if (fired === 0) return -Math.expm1(Math.log1p(-confidence) / samples);
  return inverseIncompleteBeta(confidence, fired + 1, samples - fired);
}

/**
 * Independent samples without a firing that are needed to say, with this confidence, that a channel fires on less than a
 * share `rate` of all samples: ⌈ln(1 − confidence) / ln(1 − rate)⌉.
 *
 * @throws RangeError for a rate or confidence outside (0, 1)
 * @see {@link firingRateBound}, solved for the samples
 */
export function samplesNeeded(rate: number, confidence = 0.95): number {
  const where = 'dead-neuron-metrics/samplesNeeded';
  requireFinite(where, 'rate', rate, inside);
  requireFinite(where, 'confidence', confidence, inside);
  return Math.ceil(Math.log1p(-confidence) / Math.log1p(-rate));
}
