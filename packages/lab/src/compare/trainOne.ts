import { encodeNumber } from '@relumine/core';
import { batches, type ImageDataset } from '@relumine/datasets';
import {
  type ActivationChoice,
  deepNarrow,
  leNet5,
  type ModelOptions,
  mobileNet,
  resNet,
  simpleCnn,
  vgg,
} from '@relumine/models';
import { adam } from '@relumine/wasm-backend';
import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { EpochOutcome, Run } from '../results';
import { accuracy } from './accuracy';
import { outcomes, probeModel } from './layerStates';
import { type ComparedModel, specOf, type WholePlan } from './plan';

/** The images of a comparison. */
export interface CompareData {
  train: ImageDataset;
  test: ImageDataset;
}

export interface RunHooks {
  step(progress: { epoch: number; step: number; steps: number; loss: number }): void;
  epoch(outcome: EpochOutcome): void;
  signal: AbortSignal | undefined;
}

const models: Record<ComparedModel, (options: ModelOptions) => LayersModel> = {
  simpleCnn,
  leNet5,
  vgg,
  resNet,
  mobileNet,
  deepNarrow,
};

const seconds = (since: number): number => Math.round(performance.now() - since) / 1000;

/** The first `limit` images. */
export function firstImages(images: ImageDataset, limit: number): ImageDataset {
  const length = Math.min(limit, images.length);
  const size = images.images.length / images.length;
  return {
    ...images,
    length,
    images: images.images.subarray(0, length * size),
    labels: images.labels.subarray(0, length),
  };
}

interface EpochTraining {
  loss: number;
  stopped?: string;
}

async function trainEpoch(
  model: LayersModel,
  passes: ReturnType<typeof batches>,
  epoch: number,
  hooks: RunHooks,
): Promise<EpochTraining> {
  let [total, step] = [0, 0];
  for (const { xs, ys } of passes) {
    let loss: number;
    try {
      hooks.signal?.throwIfAborted();
      loss = (await model.trainOnBatch(xs, ys)) as number;
    } finally {
      dispose([xs, ys]);
    }
    step++;
    total += loss;
    hooks.step({ epoch, step, steps: passes.size, loss });
    if (!Number.isFinite(loss)) return { loss, stopped: `the loss is ${loss} at step ${step} of epoch ${epoch}` };
  }
  return { loss: total / step };
}

/** Trains and measures one network; the same plan, activation and seed give the same numbers. */
export async function trainOne(
  plan: WholePlan,
  activation: ActivationChoice,
  seed: number,
  data: CompareData,
  hooks: RunHooks,
): Promise<Run> {
  const started = performance.now();
  const probes = firstImages(data.test, plan.probeSize);
  const { normalization, initializer, learningRate, batchSize } = plan;
  const { shape: inputShape, classes } = data.train;
  const model = models[plan.model]({ activation, normalization, initializer, seed, inputShape, classes });
  const optimizer = adam({ learningRate });
  try {
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const before = await probeModel(model, probes);
    let after = before;
    let stopped: string | undefined;
    const epochs: EpochOutcome[] = [];
    const passes = batches(data.train, { batchSize, seed });
    for (let epoch = 1; epoch <= plan.epochs && stopped === undefined; epoch++) {
      const since = performance.now();
      const trained = await trainEpoch(model, passes, epoch, hooks);
      stopped = trained.stopped;
      after = await probeModel(model, probes);
      epochs.push({
        epoch,
        trainLoss: encodeNumber(trained.loss),
        testAccuracy: await accuracy(model, data.test),
        seconds: seconds(since),
        layers: after.states,
      });
      hooks.epoch(epochs.at(-1)!);
    }
    const { testAccuracy, trainLoss } = epochs.at(-1)!;
    const { name, params } = specOf(activation);
    return {
      activation: name,
      params,
      normalization,
      seed,
      testAccuracy,
      trainLoss,
      seconds: seconds(started),
      ...(stopped === undefined ? {} : { stopped }),
      layers: outcomes(before, after),
      epochs,
    };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
