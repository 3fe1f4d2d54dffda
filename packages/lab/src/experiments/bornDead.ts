import { createRandom, type Random } from '@relumine/core';
import { bornDeadProbability } from '@relumine/dead-neuron-metrics';
import { any, dispose, greater, matMul, relu, type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { type ReproductionHooks, type ReproductionRow, row, share } from './reproduction';

export interface BornDeadOptions {
  /** Networks per cell. */
  draws: number;
}

export const bornDeadDefaults: BornDeadOptions = { draws: 100_000 };

/** Table B1: width, layers with weights, and the share that was simulated before with its number of draws. */
const cells: readonly (readonly [width: number, layers: number, simulated: number, draws: number])[] = [
  [1, 3, 0.4996, 1e6],
  [2, 3, 0.157, 1e6],
  [2, 4, 0.3407, 1e6],
  [2, 5, 0.4988, 1e6],
  [2, 10, 0.8797, 1e6],
  [2, 20, 0.9933, 2.5e5],
  [3, 10, 0.5789, 1e6],
  [3, 20, 0.8888, 2.5e5],
  [4, 10, 0.2937, 1e6],
  [4, 20, 0.6268, 2.5e5],
  [5, 10, 0.1286, 1e6],
  [5, 20, 0.3558, 2.5e5],
  [5, 50, 0.7511, 2e5],
  [8, 50, 0.1391, 2e5],
];

/** Distributions of the weights: the probability does not depend on which, as long as it is symmetric. */
const distributions: Record<string, (random: Random) => number> = {
  normal: (random) => random.normal(),
  uniform: (random) => 2 * random.uniform() - 1,
};

const atOnce = 25_000;

/** How many of `draws` networks end in a layer that is 0 for every input. */
export async function countBornDead(
  width: number,
  hiddenLayers: number,
  draws: number,
  draw: (random: Random) => number,
  random: Random,
): Promise<number> {
  let alive = 0;
  for (let from = 0; from < draws; from += atOnce) {
    const nets = Math.min(atOnce, draws - from);
    // Biases are 0 and ReLU is homogeneous: the rays of +1 and −1 are all there is of a one-dimensional input.
    let h: Tensor = tensor3d(
      Float32Array.from({ length: 2 * nets }, (_, i) => (i % 2 === 0 ? 1 : -1)),
      [nets, 2, 1],
    );
    for (let layer = 0; layer < hiddenLayers; layer++) {
      const inputs = h.shape[2]!;
      const values = new Float32Array(nets * inputs * width);
      // `Float32Array.from` with a function takes three times as long.
      for (let i = 0; i < values.length; i++) values[i] = draw(random);
      const kernel = tensor3d(values, [nets, inputs, width]);
      const next = tidy(() => relu(matMul(h, kernel)));
      dispose([h, kernel]);
      h = next;
    }
    const living = tidy(() => any(greater(h, 0), [1, 2]));
    for (const value of await living.data()) alive += value;
    dispose([h, living]);
  }
  return draws - alive;
}

/**
 * Born-dead probabilities of ReLU networks with one input, zero biases and equal widths: simulated, beside the bounds of
 * Lu, Shin, Su and Karniadakis (2019) and an earlier simulation.
 */
export async function bornDeadRows(
  { draws }: BornDeadOptions,
  { onProgress, signal }: ReproductionHooks = {},
): Promise<ReproductionRow[]> {
  const rows: ReproductionRow[] = [];
  for (const [width, layers, simulated, earlier] of cells) {
    const { lower, upper } = bornDeadProbability({ inputs: 1, widths: new Array<number>(layers - 1).fill(width) });
    for (const [name, draw] of Object.entries(distributions)) {
      // Deep and wide cells take long, and one distribution is enough for them.
      if (name !== 'normal' && width * layers > 40) continue;
      signal?.throwIfAborted();
      const random = createRandom(`bornDead/${width}/${layers}/${name}`);
      const figures = share(await countBornDead(width, layers - 1, draws, draw, random), draws);
      const one = `width ${width}, ${layers} layers, ${name}`;
      rows.push(
        row({
          case: one,
          quantity: 'born dead',
          ...figures,
          expected: simulated,
          expectedError: share(simulated * earlier, earlier).standardError,
          source: 'simulated before',
        }),
        row({
          case: one,
          quantity: 'born dead',
          ...figures,
          expected: [lower - 3 * figures.standardError, upper + 3 * figures.standardError],
          source: `Lu et al. 2019: bounds ${lower.toFixed(4)} and ${upper.toFixed(4)}, ± 3 standard errors`,
        }),
      );
      onProgress?.(`${one}: ${figures.ours.toFixed(4)} ± ${figures.standardError.toFixed(4)}`);
    }
  }
  return rows;
}
