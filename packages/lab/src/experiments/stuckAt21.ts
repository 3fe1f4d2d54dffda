import { dispose, tensor2d, train } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { average, type ReproductionHooks, type ReproductionRow, row, share } from './reproduction';

export interface StuckOptions {
  runs: number;
  steps: number;
}

export const stuckDefaults: StuckOptions = { runs: 400, steps: 50 };

/** The losses at the end of training one ReLU unit to fit 2x − 1, from a seeded weight. */
async function lossAfter(seed: number, steps: number): Promise<number> {
  const model = sequential();
  const kernelInitializer = initializers.glorotNormal({ seed });
  model.add(layers.dense({ units: 1, inputShape: [1], activation: 'relu', kernelInitializer }));
  const optimizer = train.sgd(0.01);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const [x, y] = [tensor2d([1, 2, 3, 4], [4, 1]), tensor2d([1, 3, 5, 7], [4, 1])];
  let loss = Number.NaN;
  for (let step = 0; step < steps; step++) loss = (await model.trainOnBatch(x, y)) as number;
  dispose([x, y]);
  optimizer.dispose();
  model.dispose();
  return loss;
}

/**
 * tensorflow/tfjs#918, "loss stays at 21": `dense({ units: 1, activation: 'relu' })` on x = 1 … 4, y = 2x − 1. A negative
 * weight makes every z negative, so the output is 0, the loss mean(y²) = 84 / 4 = 21 and the gradient 0: for ever.
 */
export async function stuckRows(
  { runs, steps }: StuckOptions,
  { onProgress, signal }: ReproductionHooks = {},
): Promise<ReproductionRow[]> {
  const losses: number[] = [];
  for (let seed = 1; seed <= runs; seed++) {
    signal?.throwIfAborted();
    losses.push(await lossAfter(seed, steps));
    if (seed % 100 === 0) onProgress?.(`${seed} of ${runs} runs`);
  }
  const stuck = losses.filter((loss) => loss === 21).length;
  const others = losses.filter((loss) => loss !== 21);
  return [
    row({
      case: `${runs} runs`,
      quantity: 'loss exactly 21 after training',
      ...share(stuck, runs),
      expected: 0.5,
      source: 'derived: the weight is negative in half of all draws',
    }),
    row({
      case: 'the other runs',
      quantity: 'mean loss after training',
      ...average(others),
      expected: null,
      source: '',
    }),
  ];
}
