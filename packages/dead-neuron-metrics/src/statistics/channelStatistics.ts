import { type ChannelStatisticsSnapshot, encodeNumber, invalidArgument } from '@relumine/core';
import { CompensatedSums } from './compensatedSums';
import { mergeStatistics } from './mergeStatistics';
import { type Response, type ResponseParams, responseOf } from './responses';

/** What one batch brings: h, and z where it can be seen, both row-major with channels last. */
export interface BatchValues {
  readonly samples: number;
  readonly h: ArrayLike<number>;
  readonly z?: ArrayLike<number>;
}

export interface StatisticsOptions {
  activation: string;
  params?: ResponseParams;
  channels: number;
  nonFinite?: 'propagate' | 'ignore';
  /** Units that are flat below 0 whatever the activation, position by position: 1 for each. */
  flat?: Uint8Array;
}

/**
 * Streaming statistics of a layer's channels in constant memory: each batch is read once, in float64, and forgotten.
 */
export class ChannelAccumulator {
  private readonly response: Response;
  private readonly channels: number;
  private readonly nonFinite: 'propagate' | 'ignore';
  private readonly flat: Uint8Array | undefined;
  private current: ChannelStatisticsSnapshot | undefined;

  constructor({ activation, params, channels, nonFinite = 'propagate', flat }: StatisticsOptions) {
    this.flat = flat;
    this.response = responseOf(activation, params);
    this.channels = channels;
    this.nonFinite = nonFinite;
  }

  get samples(): number {
    return this.current?.samples ?? 0;
  }

  /** Counts one batch. */
  update(batch: BatchValues): void {
    const snapshot = this.read(batch);
    this.current = this.current ? mergeStatistics(this.current, snapshot) : snapshot;
  }

  /** Adds what was counted elsewhere. */
  add(snapshot: ChannelStatisticsSnapshot): void {
    this.requirePositions(snapshot.positions, snapshot.samples);
    this.current = this.current ? mergeStatistics(this.current, snapshot) : snapshot;
  }

  /** Adds what another accumulator of the same layer has counted. */
  merge(other: ChannelAccumulator): void {
    if (other.current) this.current = this.current ? mergeStatistics(this.current, other.current) : other.current;
  }

  /** The counts so far; undefined before the first batch. */
  snapshot(): ChannelStatisticsSnapshot | undefined {
    return this.current;
  }

  private requirePositions(positions: number, samples: number): void {
    if (Number.isInteger(positions) && (!this.current || this.current.positions === positions)) return;
    const { channels } = this;
    throw invalidArgument({
      where: 'dead-neuron-metrics/createChannelStatistics',
      argument: 'batch',
      rule: `must have ${channels} channels${this.current ? ` and ${this.current.positions} positions a sample` : ''}`,
      received: `${positions * samples * channels} values for ${samples} samples`,
      wayOut: 'Feed batches of one layer at one input size only.',
    });
  }

  private read({ samples, h, z }: BatchValues): ChannelStatisticsSnapshot {
    const { channels } = this;
    const positions = samples === 0 ? (this.current?.positions ?? 1) : h.length / (samples * channels);
    this.requirePositions(positions, samples);
    const units = positions * channels;
    const zeroes = (length: number): Float64Array => new Float64Array(length);
    const [fired, zeros, nonPositive, nan, infinite] = Array.from({ length: 5 }, () => zeroes(channels)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const [unitFired, unitNan] = [zeroes(units), zeroes(units)];
    const [sum, sumAbs, sumSquares] = [
      new CompensatedSums(channels),
      new CompensatedSums(channels),
      new CompensatedSums(channels),
    ];
    // Sums of one sample; only they go through the compensation, which would cost more than the rest of the loop.
    const [sampleSum, sampleAbs, sampleSquares] = [zeroes(channels), zeroes(channels), zeroes(channels)];
    const min = zeroes(channels).fill(Number.POSITIVE_INFINITY);
    const max = zeroes(channels).fill(Number.NEGATIVE_INFINITY);
    const maxZ = zeroes(channels).fill(Number.NEGATIVE_INFINITY);
    const firedNow = new Uint8Array(channels);
    for (let n = 0, i = 0; n < samples; n++) {
      firedNow.fill(0);
      sampleSum.fill(0);
      sampleAbs.fill(0);
      sampleSquares.fill(0);
      for (let unit = 0, c = 0; unit < units; unit++, i++) {
        const value = h[i]!;
        const pre = z?.[i];
        // + 0 makes −0 a 0: which of the two came first must not show.
        if (pre !== undefined && pre > maxZ[c]!) maxZ[c] = pre + 0;
        if (Number.isNaN(value) || Number.isNaN(pre)) {
          nan[c]!++;
          unitNan[unit]!++;
        } else {
          const fires =
            this.flat?.[unit] === 1
              ? (pre ?? value) > 0
              : pre === undefined
                ? this.response.fromActivation(value)
                : this.response.fromPreactivation(pre);
          if (fires) {
            unitFired[unit]!++;
            firedNow[c] = 1;
          }
          if (value === 0) zeros[c]!++;
          if (value <= 0) nonPositive[c]!++;
          if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) infinite[c]!++;
          const magnitude = Math.abs(value);
          sampleSum[c]! += value;
          sampleAbs[c]! += magnitude;
          sampleSquares[c]! += value * value;
          if (value < min[c]!) min[c] = value + 0;
          if (value > max[c]!) max[c] = value + 0;
        }
        if (++c === channels) c = 0;
      }
      for (let c = 0; c < channels; c++) {
        fired[c]! += firedNow[c]!;
        sum.add(c, sampleSum[c]!);
        sumAbs.add(c, sampleAbs[c]!);
        sumSquares.add(c, sampleSquares[c]!);
      }
    }
    const encode = (values: Iterable<number>) => Array.from(values, encodeNumber);
    return {
      samples,
      count: samples * positions,
      positions,
      fired: [...fired],
      zeros: [...zeros],
      nonPositive: [...nonPositive],
      nan: [...nan],
      infinite: [...infinite],
      sum: encode(sum.values()),
      sumAbs: encode(sumAbs.values()),
      sumSquares: encode(sumSquares.values()),
      min: encode(min),
      max: encode(max),
      maxPreactivation: z ? encode(maxZ) : new Array<null>(channels).fill(null),
      unitFired: [...unitFired],
      unitNan: nan.some((count) => count > 0) ? [...unitNan] : [],
      nonFinite: this.nonFinite,
    };
  }
}
