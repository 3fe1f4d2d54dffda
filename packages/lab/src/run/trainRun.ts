import { encodeNumber } from '@relumine/core';
import { batches } from '@relumine/datasets';
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
import { dispose, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { accuracy } from '../compare/accuracy';
import { outcomes, type Probe, probeModel } from '../compare/layerStates';
import { specOf, type WholePlan } from '../compare/plan';
import { type CompareData, firstImages } from '../data/loadData';
import type { ComparedModel } from '../plan/checks';
import { optimizerOf } from '../plan/optimizer';
import type { EpochOutcome, Run } from '../results';
import { type CheckpointStore, restoreCheckpoint, takeCheckpoint } from './checkpoint';
import { reviveDead } from './reviveDead';

/** What a run tells while it works, and what it is told. */
export interface RunHooks {
  step?(progress: { epoch: number; step: number; steps: number; loss: number }): void;
  epoch?(outcome: EpochOutcome): void;
  signal?: AbortSignal | undefined;
  /** Where the run's state is kept after each epoch, and taken from where there is one. */
  checkpoint?: CheckpointStore | undefined;
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
    hooks.step?.({ epoch, step, steps: passes.size, loss });
    if (!Number.isFinite(loss)) return { loss, stopped: `the loss is ${loss} at step ${step} of epoch ${epoch}` };
  }
  return { loss: total / step };
}

/** Why a run that could go on should not. */
function reasonToStop({ stopWhen }: WholePlan, { layers, epoch, trainLoss }: EpochOutcome): string | undefined {
  const dead = layers.reduce((sum, { deadChannels }) => sum + deadChannels, 0);
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  if (stopWhen.deadFraction !== undefined && dead / channels >= stopWhen.deadFraction)
    return `${dead} of ${channels} channels are dead after epoch ${epoch}`;
  if (stopWhen.loss !== undefined && typeof trainLoss === 'number' && trainLoss > stopWhen.loss)
    return `the loss is ${trainLoss.toPrecision(4)} after epoch ${epoch}`;
  return undefined;
}

/** How far a run has come: all but the model and the optimiser. */
interface Progress {
  key: string;
  epochs: EpochOutcome[];
  before: { states: Probe['states']; dead: number[][] };
  revived: number;
  seconds: number;
}

/** What a checkpoint of another run would be told apart by. */
const identity = (plan: WholePlan, activation: ActivationChoice, seed: number): string =>
  JSON.stringify([{ ...plan, activations: [], seeds: [] }, activation, seed]);

async function resume(
  model: LayersModel,
  optimizer: Optimizer,
  key: string,
  store?: CheckpointStore,
): Promise<Progress | undefined> {
  const bytes = await store?.load();
  return bytes && ((await restoreCheckpoint(model, optimizer, bytes, key)) as Progress | undefined);
}

/**
 * Trains and measures one network; the same plan, activation, seed and data give the same numbers, also where a run goes on
 * from a checkpoint of its last epoch.
 */
export async function trainRun(
  plan: WholePlan,
  activation: ActivationChoice,
  seed: number,
  data: CompareData,
  hooks: RunHooks = {},
): Promise<Run> {
  const started = performance.now();
  const probes = firstImages(data.test, plan.probeSize);
  const { normalization, initializer, learningRate, batchSize } = plan;
  const { shape: inputShape, classes } = data.train;
  const key = identity(plan, activation, seed);
  const model = models[plan.model]({ activation, normalization, initializer, seed, inputShape, classes });
  const optimizer = optimizerOf(plan.optimizer, learningRate);
  try {
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const known = await resume(model, optimizer, key, hooks.checkpoint);
    const before: Probe = known
      ? { states: known.before.states, dead: known.before.dead.map((dead) => new Set(dead)) }
      : await probeModel(model, probes);
    const epochs = known?.epochs ?? [];
    let revived = known?.revived ?? 0;
    let stopped: string | undefined;
    let after = before;
    const passes = batches(data.train, { batchSize, seed, firstPass: epochs.length });
    for (let epoch = epochs.length + 1; epoch <= plan.epochs && stopped === undefined; epoch++) {
      const since = performance.now();
      const trained = await trainEpoch(model, passes, epoch, hooks);
      after = await probeModel(model, probes);
      const outcome: EpochOutcome = {
        epoch,
        trainLoss: encodeNumber(trained.loss),
        testAccuracy: await accuracy(model, data.test),
        seconds: seconds(since),
        layers: after.states,
      };
      epochs.push(outcome);
      stopped = trained.stopped ?? reasonToStop(plan, outcome);
      const goesOn = epoch < plan.epochs && stopped === undefined;
      if (goesOn)
        revived += await reviveDead(model, optimizer, plan.revival, after.report!, probes, `${seed}/${epoch}`);
      hooks.epoch?.(outcome);
      if (goesOn && hooks.checkpoint) {
        const progress: Progress = {
          key,
          epochs,
          before: { states: before.states, dead: before.dead.map((dead) => [...dead]) },
          revived,
          seconds: (known?.seconds ?? 0) + seconds(started),
        };
        await hooks.checkpoint.save(await takeCheckpoint(model, optimizer, progress));
      }
    }
    await hooks.checkpoint?.clear();
    const { testAccuracy, trainLoss } = epochs.at(-1)!;
    const { name, params } = specOf(activation);
    return {
      activation: name,
      params,
      normalization,
      seed,
      testAccuracy,
      trainLoss,
      seconds: (known?.seconds ?? 0) + seconds(started),
      ...(stopped === undefined ? {} : { stopped }),
      ...(plan.revival === 'none' ? {} : { revivedChannels: revived }),
      layers: outcomes(before, after),
      epochs,
    };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
