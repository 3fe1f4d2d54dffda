import { type ClassCounts, describe, invalidArgument, type LayerRank } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { classesOf } from '../measures/classesOf';
import { addGram, layerRank } from '../measures/gram';
import { responseOf } from '../statistics/responses';
import { flatSlopes } from './flatSlopes';
import type { Seen, Watched } from './seen';

const where = 'dead-neuron-metrics/auditModel';

/** Widest layer whose rank is computed: it costs channels² per value and channels³ once. */
const widest = 512;

/** What is counted only where it is asked for: it takes the values of every layer, one by one. */
export class Extras {
  private readonly counts = new Map<Watched, ClassCounts>();
  private readonly grams = new Map<Watched, Float64Array>();
  private readonly byClass: boolean;
  private readonly rank: boolean;

  constructor({ byClass = false, rank = false }: { byClass?: boolean; rank?: boolean }) {
    this.byClass = byClass;
    this.rank = rank;
  }

  /** Whether values are needed at all. */
  get wanted(): boolean {
    return this.byClass || this.rank;
  }

  /** The classes of a batch's samples; undefined where they are not asked for. */
  async labels(ys: unknown, samples: number): Promise<number[] | undefined> {
    if (!this.byClass) return undefined;
    const labels = ys as Tensor | undefined;
    if (typeof labels?.data !== 'function')
      throw invalidArgument({
        where,
        argument: 'data',
        rule: 'must be { xs, ys } with one tensor of labels where `options.byClass` is set',
        received: `ys ${describe(ys)}`,
        type: TypeError,
      });
    return (await classesOf(where, labels, samples)).of;
  }

  /** Looks at the values of one call, which stay the caller's. */
  async add({ watched, z, h, samples, shape, slopes }: Seen, labels: readonly number[] | undefined): Promise<void> {
    if (!z || !h) return;
    const channels = h.shape.at(-1)!;
    if (labels && labels.length === samples) {
      const counts = this.counts.get(watched) ?? { samples: [], fired: [] };
      this.counts.set(watched, counts);
      const flat = slopes && (await flatSlopes(slopes, shape));
      countClasses(counts, firesOf(watched, flat), (await z.data()) as Float32Array, labels, channels);
    }
    if (this.rank && channels <= widest) {
      const gram = this.grams.get(watched) ?? new Float64Array(channels * channels);
      this.grams.set(watched, gram);
      addGram(gram, (await h.data()) as Float32Array, channels);
    }
  }

  /** What a layer's report gains. */
  of(watched: Watched): { classes?: ClassCounts; rank?: LayerRank } {
    const [classes, gram] = [this.counts.get(watched), this.grams.get(watched)];
    const rank = gram && layerRank(gram, Math.sqrt(gram.length));
    return { ...(classes ? { classes } : {}), ...(rank ? { rank } : {}) };
  }
}

type Fires = (z: number, unit: number) => boolean;

/** Whether a unit fires; where a PReLU's slope is 0, as a ReLU does. */
function firesOf({ found }: Watched, flat: Uint8Array | undefined): Fires {
  const response = responseOf(found.activation, found.params);
  return (z, unit) => (flat?.[unit] === 1 ? z > 0 : response.fromPreactivation(z));
}

function countClasses(
  { samples, fired }: ClassCounts,
  fires: Fires,
  z: ArrayLike<number>,
  labels: readonly number[],
  channels: number,
): void {
  const size = z.length / labels.length;
  for (const [n, label] of labels.entries()) {
    while (samples.length <= label) {
      samples.push(0);
      fired.push(new Array<number>(channels).fill(0));
    }
    samples[label]!++;
    const now = new Uint8Array(channels);
    for (let i = 0, c = 0; i < size; i++) {
      if (now[c] === 0 && fires(z[n * size + i]!, i)) now[c] = 1;
      if (++c === channels) c = 0;
    }
    for (let c = 0; c < channels; c++) fired[label]![c]! += now[c]!;
  }
}
