import { activationLayer } from '@relumine/activations/layers';
import { deepNarrow, type ModelOptions, simpleCnn } from '@relumine/models';
import { adam, adamW, sgd } from '@relumine/wasm-backend';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import type { TrainingData } from '../data/trainingData';
import type { NetworkChoices } from '../plan/plan';

/** Ends the name of an activation that reads another's output. */
export const stackedSuffix = '_after';

/** Builds what was chosen; equal seeds give equal weights wherever two networks have equal shapes. */
export async function buildNetwork(choices: NetworkChoices, data: TrainingData, seed: number): Promise<LayersModel> {
  const { kind, depth, width, activation, params, initializer, bias, normalization, after } = choices;
  const options = {
    activation: { ...params, name: activation },
    initializer,
    bias,
    normalization,
    seed,
    inputShape: data.shape,
    classes: data.classes.length,
    depth,
    width,
  } as ModelOptions;
  const model = kind === 'conv' ? simpleCnn(options) : deepNarrow(options);
  if (after === '') return model;
  try {
    return await stacked(model, after);
  } finally {
    model.dispose();
  }
}

export function buildOptimizer({ optimizer, learningRate }: NetworkChoices): Optimizer {
  switch (optimizer) {
    case 'adam':
      return adam({ learningRate });
    case 'adamw':
      return adamW({ learningRate });
    case 'momentum':
      return sgd({ learningRate, momentum: 0.9 });
    case 'sgd':
      return sgd({ learningRate });
  }
}

export function setLearningRate(optimizer: Optimizer, value: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = value;
}

export function compile(model: LayersModel, optimizer: Optimizer): void {
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
}

interface Entry {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string, number, number, object][][];
}

/** The same network with a second activation on the output of each first one: what `ReLU → leaky ReLU` is in code. */
async function stacked(model: LayersModel, after: string): Promise<LayersModel> {
  const topology = JSON.parse(JSON.stringify(model.toJSON(null, false))) as { config: { layers: Entry[] } };
  const { layers } = topology.config;
  const stackedOn = new Set(layers.map(({ name }) => name).filter((name) => name.endsWith('_activation')));
  topology.config.layers = layers.flatMap((entry): Entry[] => {
    for (const node of entry.inbound_nodes)
      for (const inbound of node) if (stackedOn.has(inbound[0])) inbound[0] += stackedSuffix;
    if (!stackedOn.has(entry.name)) return [entry];
    const name = entry.name + stackedSuffix;
    const layer = activationLayer({ name: after as 'leakyRelu', layerName: name });
    const config = { ...layer.getConfig(), name };
    return [entry, { name, class_name: layer.getClassName(), config, inbound_nodes: [[[entry.name, 0, 0, {}]]] }];
  });
  const result = await models.modelFromJSON({ modelTopology: topology as never });
  // The second activations have no weights of their own, so that the order is the same.
  result.setWeights(model.getWeights());
  return result;
}
