import { certify } from '@relumine/dead-neuron-metrics/layers';
import { previewQuantization, removeDeadChannels, replaceActivations, reviveChannels } from '@relumine/revival/layers';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Act, ActResult } from '../protocol';
import { setLearningRate } from './network';
import type { NetworkRun } from './networkRun';
import type { Probe } from './probe';
import { shownActivations } from './stateLayers';

type Of<T extends Act['type']> = Extract<Act, { type: T }>;

/** Does one thing to a network; the run is as it was where it throws. @throws Error with a sentence for the reader */
export async function perform(run: NetworkRun, act: Act, probe: Probe): Promise<ActResult> {
  switch (act.type) {
    case 'learningRate':
      setLearningRate(run.optimizer, act.value);
      run.choices = { ...run.choices, learningRate: act.value };
      return act;
    case 'revive':
      return revive(run, act, probe);
    case 'swap':
      return swap(run, act);
    case 'prune':
      return prune(run, probe);
    case 'quantize':
      return quantize(run, act, probe);
    case 'certify':
      return prove(run);
  }
}

async function revive(run: NetworkRun, { strategy }: Of<'revive'>, probe: Probe): Promise<ActResult> {
  const report = await run.audit(probe.xs, probe.size);
  const hasMoments = run.choices.optimizer !== 'sgd' && run.updates > 0;
  const { revived, skipped } = await reviveChannels(run.model, report, {
    strategy,
    seed: run.step + 1,
    ...(hasMoments ? { optimizer: run.optimizer } : {}),
    ...(strategy === 'bias' ? { data: probe.xs } : {}),
  });
  run.changed();
  const channels = revived.reduce((sum, layer) => sum + layer.channels.length, 0);
  return { type: 'revive', strategy, channels, skipped: skipped.map(({ layer, reason }) => `${layer}: ${reason}`) };
}

async function swap(run: NetworkRun, { activation, params }: Of<'swap'>): Promise<ActResult> {
  const { model } = await replaceActivations(run.model, { ...params, name: activation as 'relu' });
  run.replace(model, { ...run.choices, activation, params, after: '' });
  return { type: 'swap', activation };
}

/** Median milliseconds of a forward pass over the watched samples. */
async function forwardTime(model: LayersModel, xs: Tensor): Promise<number> {
  const once = async (): Promise<number> => {
    const from = performance.now();
    const y = tidy(() => model.predictOnBatch(xs) as Tensor);
    await y.data();
    y.dispose();
    return performance.now() - from;
  };
  await once();
  const times: number[] = [];
  for (let i = 0; i < 7; i++) times.push(await once());
  return times.sort((a, b) => a - b)[3] ?? Number.NaN;
}

async function prune(run: NetworkRun, probe: Probe): Promise<ActResult> {
  const report = await run.audit(probe.xs, probe.size);
  const before = await forwardTime(run.model, probe.xs);
  const smaller = await removeDeadChannels(run.model, report, { data: probe.xs });
  const after = await forwardTime(smaller.model, probe.xs);
  const names = shownActivations(run.model).map(({ name }) => name);
  let removed = 0;
  for (const { layer, channels } of smaller.removed) {
    removed += channels.length;
    run.memories[names.indexOf(`${layer}_activation`)]?.remove(new Set(channels));
  }
  run.replace(smaller.model, run.choices);
  return {
    type: 'prune',
    removed,
    kept: smaller.kept.reduce((sum, { channels }) => sum + channels.length, 0),
    parameters: smaller.parameters,
    milliseconds: { before, after },
    maxDifference: smaller.maxDifference,
  };
}

async function quantize(run: NetworkRun, { bits, granularity }: Of<'quantize'>, probe: Probe): Promise<ActResult> {
  const preview = await previewQuantization(run.model, { xs: probe.xs, ys: probe.ys }, { bits, granularity });
  const count = (pick: (layer: (typeof preview.layers)[number]) => number[]): number =>
    preview.layers.reduce((sum, layer) => sum + pick(layer).length, 0);
  const parameters = run.model.countParams();
  return {
    type: 'quantize',
    bits,
    granularity,
    accuracy: preview.accuracy ?? { before: Number.NaN, after: Number.NaN },
    bytes: { before: 4 * parameters, after: Math.ceil((bits * parameters) / 8) },
    died: count(({ diedFromWeights }) => diedFromWeights),
    saved: count(({ savedByChannelScales }) => savedByChannelScales),
    maxDifference: preview.maxDifference,
  };
}

/** Proofs for every input of the box that the data lives in: pixels in [0, 1], points in [−1.2, 1.2]². */
async function prove(run: NetworkRun): Promise<ActResult> {
  const planar = run.model.inputs[0]?.shape.at(-1) === 2;
  const from = performance.now();
  const { layers, summary } = await certify(run.model, {
    min: planar ? -1.2 : 0,
    max: planar ? 1.2 : 1,
    samples: 32,
    ascentSteps: 0,
    restarts: 0,
  });
  const names = shownActivations(run.model).map(({ name }) => name);
  run.certified = names.map((name) => layers.find((layer) => layer.name === name)?.deadChannels ?? []);
  const { dead, alwaysActive, canFire, unknown } = summary;
  return { type: 'certify', dead, alwaysActive, canFire, unknown, milliseconds: performance.now() - from };
}
