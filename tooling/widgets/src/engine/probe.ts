import { createRandom } from '@relumine/core';
import { argMax, type Tensor, tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { gather, sizeOf, type TrainingData } from '../data/trainingData';

/** At most so many test samples are watched: what fires on less than 1 % of them fires on one. */
const mostWatched = 128;

/** The test samples that every look is taken on. */
export class Probe {
  readonly data: TrainingData;
  readonly indices: Uint32Array;
  readonly xs: Tensor;
  readonly ys: Tensor;

  constructor(data: TrainingData) {
    this.data = data;
    const available = data.test.labels.length;
    const watched = Math.min(mostWatched, available);
    this.indices = createRandom('probe').permutation(available).slice(0, watched);
    const { values, labels } = gather(data.test, this.indices, sizeOf(data), data.classes.length);
    this.xs = tensor4d(values, [watched, ...data.shape]);
    this.ys = tensor(labels, [watched, data.classes.length]);
  }

  get size(): number {
    return this.indices.length;
  }

  /** Share of the watched samples whose largest output is their class. */
  async accuracy(model: LayersModel): Promise<number> {
    const guessed = tidy(() => argMax(model.predictOnBatch(this.xs) as Tensor, -1));
    const guesses = await guessed.data();
    guessed.dispose();
    let hits = 0;
    this.indices.forEach((index, row) => {
      if (guesses[row] === this.data.test.labels[index]) hits++;
    });
    return hits / this.size;
  }

  dispose(): void {
    this.xs.dispose();
    this.ys.dispose();
  }
}
