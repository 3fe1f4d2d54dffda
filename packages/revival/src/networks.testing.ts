import { activationLayer } from '@relumine/activations/layers';
import { randomNormal, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const seeded = (seed: number) => tfl.initializers.heNormal({ seed });

/** Kills channels of a layer by a bias that nothing outweighs. */
export function kill(model: tfl.LayersModel, name: string, channels: readonly number[]): void {
  const layer = model.getLayer(name);
  const [kernel, bias] = layer.getWeights() as [Tensor, Tensor];
  const values = Float32Array.from(bias.dataSync());
  for (const c of channels) values[c] = -1000;
  layer.setWeights([kernel, tensor1d(values)]);
}

/** conv – relu – pool – conv (its own PReLU) – flatten – dense, and dead channels in both convolutions and the dense layer. */
export function sequential(): tfl.LayersModel {
  const model = tfl.sequential();
  const conv = { kernelSize: 3, padding: 'same' } as const;
  model.add(
    tfl.layers.conv2d({
      ...conv,
      inputShape: [8, 8, 2],
      filters: 6,
      activation: 'relu',
      kernelInitializer: seeded(1),
      name: 'conv1',
    }),
  );
  model.add(tfl.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tfl.layers.conv2d({ ...conv, filters: 5, kernelInitializer: seeded(2), name: 'conv2' }));
  model.add(activationLayer({ name: 'relu', layerName: 'act2' }));
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 7, activation: 'relu', kernelInitializer: seeded(3), name: 'hidden' }));
  model.add(tfl.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded(4), name: 'out' }));
  kill(model, 'conv1', [1, 4]);
  kill(model, 'conv2', [0]);
  kill(model, 'hidden', [2, 3, 6]);
  return model;
}

/** Two convolutions joined by Add and by Concatenate, batch norm behind a ReLU, a depthwise layer, global pooling. */
export function functional(): tfl.LayersModel {
  const x = tfl.input({ shape: [8, 8, 2] });
  const conv = (name: string, filters: number, seed: number, activation?: 'relu') =>
    tfl.layers.conv2d({
      kernelSize: 3,
      padding: 'same',
      filters,
      kernelInitializer: seeded(seed),
      name,
      ...(activation ? { activation } : {}),
    });
  const a = conv('a', 6, 1, 'relu').apply(x) as tfl.SymbolicTensor;
  const norm = tfl.layers.batchNormalization({ name: 'norm' }).apply(a) as tfl.SymbolicTensor;
  const deep = tfl.layers
    .depthwiseConv2d({ kernelSize: 3, padding: 'valid', name: 'deep', depthwiseInitializer: seeded(6) })
    .apply(norm) as tfl.SymbolicTensor;
  const b = conv('b', 4, 2).apply(deep) as tfl.SymbolicTensor;
  const c = conv('c', 4, 3).apply(deep) as tfl.SymbolicTensor;
  const sum = tfl.layers.reLU({ name: 'sum_act' }).apply(tfl.layers.add().apply([b, c])) as tfl.SymbolicTensor;
  const d = conv('d', 3, 4, 'relu').apply(sum) as tfl.SymbolicTensor;
  const both = tfl.layers.concatenate({ name: 'both' }).apply([sum, d]) as tfl.SymbolicTensor;
  const pooled = tfl.layers.globalAveragePooling2d({}).apply(both) as tfl.SymbolicTensor;
  const y = tfl.layers
    .dense({ units: 3, name: 'out', kernelInitializer: seeded(5) })
    .apply(pooled) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: x, outputs: y });
  kill(model, 'a', [0, 5]);
  kill(model, 'b', [2]);
  kill(model, 'd', [1]);
  const [gamma, beta, mean, variance] = model.getLayer('norm').getWeights() as [Tensor, Tensor, Tensor, Tensor];
  const shifted = [gamma, beta, mean, variance].map((one, i) =>
    tensor1d(Float32Array.from(one.dataSync(), (v, c) => v + 0.1 * (i + 1) * (c + 1))),
  );
  model.getLayer('norm').setWeights(shifted);
  return model;
}

export const images = (samples = 64): Tensor => randomNormal([samples, 8, 8, 2], 0, 1, 'float32', 9);
