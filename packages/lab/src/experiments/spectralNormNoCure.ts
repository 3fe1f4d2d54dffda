import { batches, type ImageDataset } from '@relumine/datasets';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { simpleCnn } from '@relumine/models';
import { createSpectralState, spectralNormalize } from '@relumine/spectral-norm';
import { adam } from '@relumine/wasm-backend';
import { abs, dispose, neg, type Tensor, tensor1d, tidy, where, zerosLike } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { firstImages } from '../data/loadData';

/** Options of `spectralNormNoCure`. */
export interface NoCureOptions {
  train: ImageDataset;
  test: ImageDataset;
  seed: number;
  /** Training steps, of 32 images. */
  steps: number;
  learningRate: number;
  /** Test images on which firing is measured. */
  probeSize: number;
}

/** One layer of the same trained network, before and after its kernels are divided by their spectral norms. */
export interface NoCureLayer {
  layer: string;
  channels: number;
  /** The kernel's spectral norm, which it is divided by. */
  sigma: number;
  dead: { before: number; after: number };
  /** The same with all biases 0 and every fourth channel's weights −|w|, so that it can't fire on inputs of 0 or more. */
  deadWithoutBias: { before: number; after: number };
  /** Whether the very same channels are dead without bias. */
  sameChannels: boolean;
}

type Layer = layers.Layer;
const hasKernel = (layer: Layer): boolean => (layer.getWeights()[0]?.rank ?? 0) >= 2;

async function deadOf(model: LayersModel, probes: ImageDataset): Promise<Map<string, number[]>> {
  const report = await auditModel(model, batches(probes, { batchSize: 100 }));
  return new Map(report.layers.map(({ source, deadChannels }) => [source, deadChannels]));
}

/** Biases 0, and every fourth channel of the convolutions −|w|, so that some are dead in every layer. */
function clearBiases(model: LayersModel): void {
  for (const layer of model.layers.filter(hasKernel)) {
    const [kernel, bias] = layer.getWeights() as [Tensor, Tensor];
    const changed = tidy(() => {
      const isFourth = tensor1d(Array.from({ length: kernel.shape.at(-1)! }, (_, channel) => channel % 4 === 3));
      return [kernel.rank === 4 ? where(isFourth, neg(abs(kernel)), kernel) : kernel.clone(), zerosLike(bias)];
    });
    layer.setWeights(changed);
    dispose(changed);
  }
}

/** Every kernel over its spectral norm, after 100 steps of power iteration; returns the norms. */
function normalizeKernels(model: LayersModel): Map<string, number> {
  const sigmas = new Map<string, number>();
  for (const layer of model.layers.filter(hasKernel)) {
    const [kernel, ...rest] = layer.getWeights() as [Tensor, ...Tensor[]];
    const state = createSpectralState(kernel, { seed: 1, warmUp: 100 });
    const run = spectralNormalize(kernel, state);
    sigmas.set(layer.name, run.sigma.dataSync()[0]!);
    layer.setWeights([run.kernel, ...rest]);
    dispose([state.u, state.v, run.kernel, run.sigma, run.state.u, run.state.v]);
  }
  return sigmas;
}

async function train(model: LayersModel, { train: images, steps, seed }: NoCureOptions): Promise<void> {
  let step = 0;
  while (step < steps) {
    for (const { xs, ys } of batches(images, { batchSize: 32, seed: seed + step })) {
      if (step++ < steps) await model.trainOnBatch(xs, ys);
      dispose([xs, ys]);
    }
  }
}

/**
 * Spectral normalisation of a network in which channels have died: the same weights before and after, with its biases and
 * without. A kernel over a positive number leaves the sign of w · x as it is, so without biases the dead set can't change, however
 * many are dead;
 * with negative biases, which weigh more where a kernel shrinks, it grows.
 *
 * @returns a row for each hidden layer; nothing stays in memory
 */
export async function spectralNormNoCure(options: NoCureOptions): Promise<NoCureLayer[]> {
  const { seed, learningRate, probeSize, test } = options;
  const probes = firstImages(test, probeSize);
  const model = simpleCnn({ activation: 'relu', seed });
  const optimizer = adam({ learningRate });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  try {
    await train(model, options);
    const trained = tidy(() => model.getWeights().map((weight) => weight.clone())) as Tensor[];
    const before = await deadOf(model, probes);
    const sigmas = normalizeKernels(model);
    const after = await deadOf(model, probes);
    model.setWeights(trained);
    clearBiases(model);
    const beforeFree = await deadOf(model, probes);
    normalizeKernels(model);
    const afterFree = await deadOf(model, probes);
    dispose(trained);
    return [...before].map(([layer, dead]) => ({
      layer,
      channels: model.getLayer(layer).getWeights()[0]!.shape.at(-1)!,
      sigma: sigmas.get(layer)!,
      dead: { before: dead.length, after: after.get(layer)!.length },
      deadWithoutBias: { before: beforeFree.get(layer)!.length, after: afterFree.get(layer)!.length },
      sameChannels: String(beforeFree.get(layer)) === String(afterFree.get(layer)),
    }));
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
