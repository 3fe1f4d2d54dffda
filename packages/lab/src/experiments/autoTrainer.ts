import { batches, type ImageDataset, mnist } from '@relumine/datasets';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { deepNarrow } from '@relumine/models';
import { adam } from '@relumine/wasm-backend';
import { dispose, mean, type Scalar, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { type LayersModel, metrics } from '@tensorflow/tfjs-layers';
import { accuracy } from '../compare/accuracy';
import { firstImages } from '../compare/trainOne';
import { average, type ReproductionHooks, type ReproductionRow, row, share } from './reproduction';

export interface AutoTrainerOptions {
  depth: number;
  width: number;
  seeds: readonly number[];
  steps: number;
  batchSize: number;
  learningRate: number;
  trainSize: number;
  testSize: number;
}

export const autoTrainerDefaults: AutoTrainerOptions = {
  depth: 34,
  width: 128,
  seeds: Array.from({ length: 20 }, (_, i) => i + 1),
  steps: 2000,
  batchSize: 32,
  learningRate: 0.001,
  trainSize: 60_000,
  testSize: 2000,
};

/** How one network ended. */
export interface AutoTrainerRun {
  initializer: string;
  seed: number;
  /** Largest difference of one output between test images. */
  spread: number;
  accuracy: number;
  /** Share of gradient entries that are exactly 0 on 256 training images, before and after; the tool says "dying" from 0.7 on. */
  zeroGradients: { before: number; after: number };
  /** Share of hidden units that fire on no test image. */
  deadUnits: { before: number; after: number };
}

/** Entries of all gradients that are exactly 0. */
async function zeroGradientShare(model: LayersModel, data: ImageDataset): Promise<number> {
  const [{ xs, ys }] = [...batches(firstImages(data, 256), { batchSize: 256 })] as [{ xs: Tensor; ys: Tensor }];
  const variables = model.trainableWeights.map((weight) => weight.read());
  const { value, grads } = variableGrads(
    () => tidy(() => mean(metrics.categoricalCrossentropy(ys, model.apply(xs) as Tensor)) as Scalar),
    variables as never,
  );
  let [zeros, all] = [0, 0];
  for (const gradient of Object.values(grads)) {
    for (const entry of await gradient.data()) if (entry === 0) zeros++;
    all += gradient.size;
  }
  dispose([value, grads, xs, ys]);
  return zeros / all;
}

/** The largest max − min of an output over the images. */
async function outputSpread(model: LayersModel, images: ImageDataset): Promise<number> {
  const [{ xs, ys }] = [...batches(images, { batchSize: images.length })] as [{ xs: Tensor; ys: Tensor }];
  const outputs = tidy(() => model.predict(xs) as Tensor);
  const [values, classes] = [await outputs.data(), outputs.shape[1]!];
  dispose([xs, ys, outputs]);
  const low = new Float64Array(classes).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(classes).fill(Number.NEGATIVE_INFINITY);
  values.forEach((value, i) => {
    low[i % classes] = Math.min(low[i % classes]!, value);
    high[i % classes] = Math.max(high[i % classes]!, value);
  });
  return Math.max(...high.map((value, c) => value - low[c]!));
}

async function deadUnits(model: LayersModel, images: ImageDataset): Promise<number> {
  const { layers } = await auditModel(model, batches(images, { batchSize: 250 }));
  const of = (count: (layer: (typeof layers)[number]) => number): number =>
    layers.reduce((sum, layer) => sum + count(layer), 0);
  return of(({ deadChannels }) => deadChannels.length) / of(({ channels }) => channels);
}

async function runOne(
  initializer: 'glorotUniform' | 'heNormal',
  seed: number,
  data: { train: ImageDataset; test: ImageDataset },
  options: AutoTrainerOptions,
): Promise<AutoTrainerRun> {
  const { depth, width, steps, batchSize, learningRate } = options;
  const model = deepNarrow({ kind: 'dense', depth, width, initializer, seed, activation: 'relu' });
  const optimizer = adam({ learningRate });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  try {
    const before = {
      zeroGradients: await zeroGradientShare(model, data.train),
      deadUnits: await deadUnits(model, data.test),
    };
    const passes = batches(data.train, { batchSize, seed });
    for (let step = 0; step < steps; )
      for (const { xs, ys } of passes) {
        if (step++ < steps) await model.trainOnBatch(xs, ys);
        dispose([xs, ys]);
        if (step > steps) break;
      }
    return {
      initializer,
      seed,
      spread: await outputSpread(model, data.test),
      accuracy: await accuracy(model, data.test),
      zeroGradients: { before: before.zeroGradients, after: await zeroGradientShare(model, data.train) },
      deadUnits: { before: before.deadUnits, after: await deadUnits(model, data.test) },
    };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}

/** Trains every seed with both initialisers. */
export async function autoTrainerRuns(
  options: AutoTrainerOptions,
  { onProgress, signal }: ReproductionHooks = {},
): Promise<AutoTrainerRun[]> {
  const data = {
    train: await mnist({ split: 'train', limit: options.trainSize }),
    test: await mnist({ split: 'test', limit: options.testSize }),
  };
  const runs: AutoTrainerRun[] = [];
  for (const seed of options.seeds)
    for (const initializer of ['glorotUniform', 'heNormal'] as const) {
      signal?.throwIfAborted();
      const run = await runOne(initializer, seed, data, options);
      runs.push(run);
      onProgress?.(
        `${initializer}, seed ${seed}: accuracy ${(100 * run.accuracy).toFixed(1)} %, gradients ${(100 * run.zeroGradients.after).toFixed(0)} % zero, dead units ${(100 * run.deadUnits.after).toFixed(0)} %, outputs spread by ${run.spread.toExponential(1)}`,
      );
    }
  return runs;
}

/** A network that says the same of every image. */
const constant = ({ spread }: AutoTrainerRun): boolean => spread < 1e-6;

/** The figures of the runs. */
export function autoTrainerRows(runs: readonly AutoTrainerRun[]): ReproductionRow[] {
  return (['glorotUniform', 'heNormal'] as const).flatMap((initializer) => {
    const own = runs.filter((run) => run.initializer === initializer);
    const of = (quantity: string, figures: { ours: number; standardError: number }, published?: number) =>
      row({
        case: initializer,
        quantity,
        ...figures,
        expected: published ?? null,
        source: published === undefined ? '' : 'AutoTrainer (ICSE 2021), its repository: "50% of cases" of 100 runs',
      });
    const count = (test: (run: AutoTrainerRun) => boolean) => share(own.filter(test).length, own.length);
    return [
      of(
        'runs with at least 70 % zero gradients at the end',
        count(({ zeroGradients }) => zeroGradients.after >= 0.7),
        initializer === 'glorotUniform' ? 0.5 : undefined,
      ),
      of('runs whose outputs are constant at the end', count(constant)),
      of('accuracy at the end', average(own.map((run) => run.accuracy))),
      of('zero gradients before training', average(own.map(({ zeroGradients }) => zeroGradients.before))),
      of('zero gradients at the end', average(own.map(({ zeroGradients }) => zeroGradients.after))),
      of('dead units before training', average(own.map((run) => run.deadUnits.before))),
      of('dead units at the end', average(own.map((run) => run.deadUnits.after))),
    ];
  });
}
