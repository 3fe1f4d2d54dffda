import { createRandom } from '@relumine/core';
import { type Tensor, tensor, tensor4d } from '@tensorflow/tfjs-core';
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

  /** Share of the watched samples whose class was guessed right. */
  accuracy(guesses: ArrayLike<number>): number {
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
