import { activationLayer } from '@relumine/activations/layers';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

const relu = (name: string): Layer => activationLayer({ name: 'relu', layerName: name });
const leaky = (name: string): Layer => activationLayer({ name: 'leakyRelu', negativeSlope: 0.01, layerName: name });
const prelu = (name: string): Layer => activationLayer({ name: 'prelu', initialSlope: 0.01, layerName: name });

function conv(filters: number, name: string, seed: number): Layer {
  const kernelInitializer = initializers.heNormal({ seed });
  const inputShape = name === 'conv1' ? { inputShape: [32, 32, 1] } : {};
  return layers.conv2d({ ...inputShape, filters, kernelSize: 3, padding: 'same', kernelInitializer, name });
}

/** conv 3×3×32 – `first` – conv 3×3×64 – `second`: [batch, 32, 32, 1] → [batch, 32, 32, 64]. Equal kernels each time. */
function network(first: Layer[], second: Layer[], seed: number): LayersModel {
  const model = sequential();
  for (const layer of [conv(32, 'conv1', 2 * seed), ...first, conv(64, 'conv2', 2 * seed + 1), ...second])
    model.add(layer);
  return model;
}

/** The article's network: leaky ReLU behind ReLU, and behind the second ReLU a "parametric" one whose slope is a number. */
export const articleNetwork = (seed: number): LayersModel =>
  network([relu('relu1'), leaky('leaky')], [relu('relu2'), leaky('parametric')], seed);

/** What is left of it without the two layers that do nothing. */
export const plainNetwork = (seed: number): LayersModel => network([relu('relu1')], [relu('relu2')], seed);

/** Leaky ReLU in the place of the first ReLU, a PReLU whose slopes are weights in the place of the second. */
export const repairedNetwork = (seed: number): LayersModel => network([leaky('leaky')], [prelu('parametric')], seed);
