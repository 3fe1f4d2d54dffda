import { type ChannelStatisticsSnapshot, encodeNumber } from '@relumine/core';
import { add, dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import { CompensatedSums } from '../statistics/compensatedSums';
import { withUnitCounts } from '../statistics/unitCounts';
import type { CountedRows } from './countedActivation';

/**
 * Adds up what the activation's own pass counted, batch after batch: units on the backend and channels in typed arrays. As
 * plain lists it took longer than the pass. Holds a tensor: {@link CountedTotals.dispose} frees it.
 */
export class CountedTotals {
  samples = 0;
  readonly positions: number;
  readonly channels: number;
  /** Rows of [4, channels]: samples that fired, zeros, non-finite h, NaN of z. Beyond 2³¹, hence float64. */
  private readonly counts: Float64Array;
  private readonly nonPositive: Float64Array;
  /** int32[positions, channels], exact below 2³¹ samples. */
  private unitFired: Tensor | undefined;
  /** Σh, Σ|h|, Σh², each per channel. */
  private readonly sums: CompensatedSums;
  private readonly min: Float64Array;
  private readonly max: Float64Array;
  private readonly maxZ: Float64Array;

  constructor({ positions, channels }: Pick<CountedRows, 'positions' | 'channels'>) {
    this.positions = positions;
    this.channels = channels;
    this.counts = new Float64Array(4 * channels);
    this.nonPositive = new Float64Array(channels);
    this.sums = new CompensatedSums(3 * channels);
    this.min = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.maxZ = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
  }

  add({ channels, counts, unitFired, figures, nonPositive }: CountedRows, samples: number): void {
    this.samples += samples;
    const low = nonPositive ?? counts.subarray(channels, 2 * channels);
    for (let c = 0; c < channels; c++) this.nonPositive[c]! += low[c]!;
    for (let i = 0; i < counts.length; i++) this.counts[i]! += counts[i]!;
    const before = this.unitFired;
    this.unitFired = keep(before ? add(before, unitFired) : unitFired.clone());
    if (before) dispose(before);
    for (let i = 0; i < 3 * channels; i++) this.sums.add(i, figures[i]!);
    for (let c = 0; c < channels; c++) {
      this.min[c] = Math.min(this.min[c]!, figures[3 * channels + c]!);
      this.max[c] = Math.max(this.max[c]!, figures[4 * channels + c]!);
      this.maxZ[c] = Math.max(this.maxZ[c]!, figures[5 * channels + c]!);
    }
  }

  /** Whether a channel has fired. */
  fired(channel: number): boolean {
    return this.counts[channel]! > 0;
  }

  dispose(): void {
    if (this.unitFired) dispose(this.unitFired);
    this.unitFired = undefined;
  }

  /** The same as a snapshot, which merges. */
  snapshot(nonFinite: 'propagate' | 'ignore'): ChannelStatisticsSnapshot {
    const { channels, positions, samples } = this;
    const row = (i: number): number[] => Array.from(this.counts.subarray(i * channels, (i + 1) * channels));
    const sums = this.sums.values();
    // + 0 makes −0 a 0: which of the two came first must not show.
    const numbers = (values: ArrayLike<number>) => Array.from(values, (x) => encodeNumber(x + 0));
    const sum = (i: number) => numbers(sums.slice(i * channels, (i + 1) * channels));
    const snapshot: ChannelStatisticsSnapshot = {
      samples,
      count: samples * positions,
      positions,
      fired: row(0),
      zeros: row(1),
      nonPositive: Array.from(this.nonPositive),
      nan: row(3),
      infinite: row(2),
      sum: sum(0),
      sumAbs: sum(1),
      sumSquares: sum(2),
      min: numbers(this.min),
      max: numbers(this.max),
      maxPreactivation: numbers(this.maxZ),
      unitFired: [],
      unitNan: [],
      nonFinite,
    };
    // The backends that count have their values at hand.
    return withUnitCounts(snapshot, this.unitFired?.dataSync() ?? new Int32Array(positions * channels));
  }
}
