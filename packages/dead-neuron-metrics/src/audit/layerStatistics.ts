import type { ChannelStatisticsSnapshot, LayerReport } from '@relumine/core';
import { ChannelAccumulator } from '../statistics/channelStatistics';
import { layerReport, RateBounds } from '../statistics/layerReport';
import { mergeStatistics } from '../statistics/mergeStatistics';
import { deadChannelsOf, type LayerObservation, observeLayer } from '../statistics/observeLayer';
import { CountedTotals } from './countedTotals';
import { flatSlopes } from './flatSlopes';
import { release, type Seen, type Watched } from './seen';

/** What is known of one layer: what its own pass counted, and what was read value by value. */
interface Known {
  totals?: CountedTotals;
  values?: ChannelAccumulator;
  shape: number[];
}

/** The statistics of every activation that is watched, fed from what was seen of its calls. */
export class LayerStatistics {
  private readonly known = new Map<Watched, Known>();
  private readonly nonFinite: 'propagate' | 'ignore';

  constructor(nonFinite: 'propagate' | 'ignore') {
    this.nonFinite = nonFinite;
  }

  /** Counts one call and frees what was kept of it. */
  async add(seen: Seen): Promise<void> {
    const { watched, samples, shape, rows, slopes } = seen;
    try {
      const channels = shape.at(-1)!;
      const known = this.known.get(watched) ?? { shape: shape.slice(0, -1) };
      this.known.set(watched, known);
      if (rows && (known.totals?.positions ?? rows.positions) === rows.positions) {
        known.totals ??= new CountedTotals(rows);
        known.totals.add(rows, samples);
        return;
      }
      if (!known.values) {
        const flat = slopes && (await flatSlopes(slopes, shape));
        const options = { ...watched.found, channels, nonFinite: this.nonFinite };
        known.values = new ChannelAccumulator(flat ? { ...options, flat } : options);
      }
      const [h, z] = await Promise.all([seen.h?.data(), seen.z?.data()]);
      known.values.update({ samples, h: h as Float32Array, z: z as Float32Array });
    } finally {
      release(seen);
    }
  }

  private snapshot(watched: Watched): ChannelStatisticsSnapshot | undefined {
    const known = this.known.get(watched);
    const counted = known?.totals?.snapshot(this.nonFinite);
    const read = known?.values?.snapshot();
    return counted && read ? mergeStatistics(counted, read) : (counted ?? read);
  }

  /** Reports of the activations that were called, in the order given, with what `more` knows of each. */
  reports(watched: readonly Watched[], more: (one: Watched) => Partial<LayerReport>): LayerReport[] {
    const bounds = new RateBounds();
    return watched.flatMap((one) => {
      const snapshot = this.snapshot(one);
      const { name, source, path, activation } = one;
      const { shape = [] } = this.known.get(one) ?? {};
      if (!snapshot) return [];
      const identity = { name, source, path: [...path], activation, shape };
      return [{ ...layerReport(identity, snapshot, bounds), ...more(one) }];
    });
  }

  /** The layer's observation, of all its calls so far. */
  observation(watched: Watched): LayerObservation | undefined {
    const snapshot = this.snapshot(watched);
    return snapshot && observeLayer({ name: watched.name, path: [...watched.path] }, snapshot);
  }

  /** Frees what is held on the backend. */
  dispose(): void {
    for (const { totals } of this.known.values()) totals?.dispose();
  }

  /** Channels that are dead so far, over all layers. */
  deadChannels(): number {
    let dead = 0;
    for (const { totals, values } of this.known.values()) {
      const read = values?.snapshot();
      const channels = totals ? totals.channels : (read?.fired.length ?? 0);
      const silent = read && totals ? new Set(deadChannelsOf(read)) : undefined;
      if (!totals) dead += read ? deadChannelsOf(read).length : 0;
      else for (let c = 0; c < channels; c++) if (!totals.fired(c) && (!silent || silent.has(c))) dead++;
    }
    return dead;
  }
}
