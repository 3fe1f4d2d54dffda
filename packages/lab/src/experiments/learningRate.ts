import { batches, type ImageDataset, mnist } from '@relumine/datasets';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { simpleCnn } from '@relumine/models';
import { reviveChannels } from '@relumine/revival/layers';
import { adam } from '@relumine/wasm-backend';
import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { average, type ReproductionHooks, type ReproductionRow, row } from './reproduction';

export interface LearningRateOptions {
  seeds: readonly number[];
  /** Steps at the high rate, and again as many at the low one. */
  steps: number;
  high: number;
  low: number;
  probeSize: number;
}

export const learningRateDefaults: LearningRateOptions = {
  seeds: [1, 2, 3],
  steps: 120,
  high: 0.01,
  low: 0.001,
  probeSize: 500,
};

interface Data {
  train: ImageDataset;
  probes: ImageDataset;
}

async function train(model: LayersModel, data: Data, learningRate: number, steps: number, seed: number): Promise<void> {
  const optimizer = adam({ learningRate });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  let step = 0;
  for (const { xs, ys } of batches(data.train, { batchSize: 32, seed })) {
    if (step++ < steps) await model.trainOnBatch(xs, ys);
    dispose([xs, ys]);
    if (step >= steps) break;
  }
  optimizer.dispose();
}

/** Dead channels, as layer/channel. */
async function deadChannels(model: LayersModel, { probes }: Data): Promise<Set<string>> {
  const { layers } = await auditModel(model, batches(probes, { batchSize: 100 }));
  return new Set(layers.flatMap(({ name, deadChannels: dead }) => dead.map((channel) => `${name}/${channel}`)));
}

const without = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => [...a].filter((one) => !b.has(one)).length;

/**
 * A lower learning rate as a cure: it keeps channels from dying if it is low from the start, and does not bring back those
 * that a high rate has killed, since their gradient is 0 and any rate times 0 is 0. Recycling does.
 */
export async function learningRateRows(
  { seeds, steps, high, low, probeSize }: LearningRateOptions,
  { onProgress, signal }: ReproductionHooks = {},
): Promise<ReproductionRow[]> {
  const data: Data = {
    train: await mnist({ split: 'train', limit: 32 * steps }),
    probes: await mnist({ split: 'test', limit: probeSize }),
  };
  const counts: Record<'killed' | 'back' | 'firstLayer' | 'lowFromStart' | 'recycled', number[]> = {
    killed: [],
    back: [],
    firstLayer: [],
    lowFromStart: [],
    recycled: [],
  };
  for (const seed of seeds) {
    signal?.throwIfAborted();
    const model = simpleCnn({ activation: 'relu', seed });
    await train(model, data, high, steps, seed);
    const weights = tidy(() => model.getWeights().map((weight) => weight.clone())) as Tensor[];
    const killed = await deadChannels(model, data);
    await train(model, data, low, steps, seed + 1000);
    const later = await deadChannels(model, data);
    model.setWeights(weights);
    const report = await auditModel(model, batches(data.probes, { batchSize: 100 }));
    await reviveChannels(model, report, { strategy: 'recycle', seed });
    await train(model, data, low, steps, seed + 1000);
    const recycled = await deadChannels(model, data);
    const gentle = simpleCnn({ activation: 'relu', seed });
    await train(gentle, data, low, steps, seed);
    counts.killed.push(killed.size);
    counts.back.push(without(killed, later));
    counts.firstLayer.push(without(new Set([...killed].filter((one) => one.startsWith('conv1'))), later));
    counts.lowFromStart.push((await deadChannels(gentle, data)).size);
    counts.recycled.push(recycled.size);
    dispose(weights);
    model.dispose();
    gentle.dispose();
    onProgress?.(
      `seed ${seed}: ${killed.size} dead at ${high}; ${counts.back.at(-1)} of them back at ${low}; recycled: ${recycled.size} dead`,
    );
  }
  const line = (which: string, quantity: string, values: number[], expected: number | null = null, source = '') =>
    row({ case: which, quantity, ...average(values), expected, source });
  return [
    line(`${steps} steps at ${high}`, 'dead channels of 96', counts.killed),
    line(`then ${steps} at ${low}`, 'of these alive again', counts.back),
    line(
      `then ${steps} at ${low}`,
      'of the first layer’s alive again',
      counts.firstLayer,
      0,
      'derived: nothing before it changes, and its gradient is 0',
    ),
    line(`recycled, then ${steps} at ${low}`, 'dead channels of 96', counts.recycled),
    line(`${steps} steps at ${low} from the start`, 'dead channels of 96', counts.lowFromStart),
  ];
}
