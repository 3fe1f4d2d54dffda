import { invalidArgument, requireTensor } from '@relumine/core';
import { dispose, div, moments, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, type layers, model as makeModel } from '@tensorflow/tfjs-layers';
import { activation } from '../activation';
import { orthogonalValues } from '../initializers/orthogonal';

type Layer = layers.Layer;

/** Options of `lsuv`. */
export interface LsuvOptions {
  /** Decides the orthonormal kernels that it starts from. */
  seed: number;
  /** How far from 1 a variance may be; 0.01 unless given. */
  tolerance?: number;
  /** Rescalings of one layer at most; 10 unless given. */
  iterations?: number;
}

/** One layer, and the variance of its pre-activations in the end. */
export interface LsuvLayer {
  name: string;
  variance: number;
}

const where = 'activations/lsuv';
const linear = { apply: (z: Tensor): Tensor => activation('linear').apply(z), getClassName: () => 'linear' };

/** The layer's pre-activations' variance on the data; a fused activation is left out for the moment. */
async function varianceOf(model: LayersModel, layer: Layer, data: Tensor): Promise<number> {
  const fused = layer as unknown as { activation?: unknown };
  const before = fused.activation;
  if (before !== undefined) fused.activation = linear;
  try {
    const part = makeModel({ inputs: model.inputs, outputs: layer.output });
    const variance = tidy(() => moments(part.predict(data) as Tensor).variance);
    const [value] = await variance.data();
    variance.dispose();
    return value!;
  } finally {
    if (before !== undefined) fused.activation = before;
  }
}

function setKernel(layer: Layer, change: (kernel: Tensor) => Tensor): void {
  const [kernel, ...rest] = layer.getWeights();
  const changed = tidy(() => change(kernel!));
  layer.setWeights([changed, ...rest]);
  dispose(changed);
}

/**
 * Layer-sequential unit-variance initialisation: every kernel gets orthonormal values, then, layer by layer, is scaled
 * until its pre-activations have variance 1 on the data. It takes the activation into account without knowing its gain.
 *
 * @param model changed in place: kernels only
 * @param data a batch of inputs, float32[batch, …]; borrowed
 * @returns each layer's variance in the end; away from 1 where its output is constant
 * @throws TypeError unless data is a tensor; RangeError where the model has no kernel
 * @see Mishkin, Matas 2016, All You Need Is a Good Init
 */
export async function lsuv(model: LayersModel, data: Tensor, options: LsuvOptions): Promise<LsuvLayer[]> {
  requireTensor(where, 'data', data);
  const { seed, tolerance = 0.01, iterations = 10 } = options;
  const kernels = model.layers.filter((layer) => (layer.getWeights()[0]?.rank ?? 0) >= 2);
  if (kernels.length === 0)
    throw invalidArgument({ where, argument: 'model', rule: 'must have a layer with a kernel', received: model.name });
  const done: LsuvLayer[] = [];
  for (const [i, layer] of kernels.entries()) {
    setKernel(layer, ({ shape }) => tensor(orthogonalValues(shape, { seed: seed + i }), shape));
    let variance = await varianceOf(model, layer, data);
    for (let k = 0; k < iterations && Math.abs(variance - 1) > tolerance && variance > 0; k++) {
      const scale = Math.sqrt(variance);
      setKernel(layer, (kernel) => div(kernel, scale));
      variance = await varianceOf(model, layer, data);
    }
    done.push({ name: layer.name, variance });
  }
  return done;
}
