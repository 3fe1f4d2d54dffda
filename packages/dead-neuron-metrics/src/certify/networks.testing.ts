import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model as makeModel } from '@tensorflow/tfjs-layers';

export type Built = {
  model: LayersModel;
  z: string[];
  min: number;
  max: number;
  /** Samples that climb, and for how many steps; tfjs has no gradient for dilation and for `greater`. */
  climb?: [samples: number, steps: number];
};
export type Symbolic = ReturnType<typeof input>;

/** Seeded weights: kernels and biases normal, moments of batch normalisation positive. */
export function seed(model: LayersModel, name: string, scale = 1): void {
  const random = createRandom(name);
  const weights = model.weights.map(({ originalName, shape }) => {
    const size = shape.reduce<number>((n, d) => n * (d ?? 1), 1);
    const variance = /variance/.test(originalName);
    const values = Float32Array.from({ length: size }, () => {
      const x = random.normal();
      return variance ? 0.2 + x * x : scale * x;
    });
    return tf.tensor(values, shape as number[]);
  });
  model.setWeights(weights);
  tf.dispose(weights);
}

export const act = (x: Symbolic, activation: string): Symbolic =>
  layers.activation({ activation: activation as 'relu' }).apply(x) as Symbolic;
export const apply = (layer: { apply(x: never): unknown }, ...xs: Symbolic[]): Symbolic =>
  layer.apply((xs.length === 1 ? xs[0] : xs) as never) as Symbolic;

/** Small networks of every kind of layer; `z` names the layers whose outputs are pre-activations. */
export const networks: Record<string, () => Built> = {
  convolutions() {
    const x = input({ shape: [7, 6, 2] });
    const a = apply(layers.conv2d({ filters: 5, kernelSize: 3, padding: 'same', name: 'z1' }), x);
    const b = apply(layers.conv2d({ filters: 6, kernelSize: [2, 3], strides: [2, 1], name: 'z2' }), act(a, 'relu'));
    const c = apply(layers.conv2d({ filters: 4, kernelSize: 2, padding: 'same', name: 'z3' }), act(b, 'relu6'));
    const d = apply(layers.dense({ units: 5, name: 'z4' }), apply(layers.flatten(), act(c, 'relu')));
    const y = apply(layers.dense({ units: 3, activation: 'softmax' }), act(d, 'relu'));
    return { model: makeModel({ inputs: x, outputs: y }), z: ['z1', 'z2', 'z3', 'z4'], min: -1, max: 1 };
  },
  winograd() {
    const x = input({ shape: [8, 8, 3] });
    const a = apply(layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', name: 'z1' }), x);
    const b = apply(layers.conv2d({ filters: 12, kernelSize: 3, padding: 'same', name: 'z2' }), act(a, 'relu'));
    const c = apply(layers.conv2d({ filters: 8, kernelSize: 3, name: 'z3' }), act(b, 'relu'));
    return {
      model: makeModel({ inputs: x, outputs: act(c, 'relu') }),
      z: ['z1', 'z2', 'z3'],
      min: 0,
      max: 1,
      climb: [24, 2],
    };
  },
  winograd5() {
    const x = input({ shape: [8, 8, 3] });
    const a = apply(layers.conv2d({ filters: 12, kernelSize: 1, name: 'z1' }), x);
    const b = apply(layers.conv2d({ filters: 8, kernelSize: 5, padding: 'same', name: 'z2' }), act(a, 'relu'));
    return {
      model: makeModel({ inputs: x, outputs: act(b, 'relu') }),
      z: ['z1', 'z2'],
      min: 0,
      max: 1,
      climb: [24, 2],
    };
  },
  mobile() {
    const x = input({ shape: [8, 8, 3] });
    const a = apply(
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same', name: 'z1' }),
      x,
    );
    const b = apply(
      layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, padding: 'same', name: 'k2' }),
      act(a, 'relu6'),
    );
    const c = apply(layers.batchNormalization({ name: 'z2' }), b);
    const padded = apply(
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [0, 2],
        ],
      }),
      act(c, 'relu'),
    );
    const d = apply(layers.conv2d({ filters: 4, kernelSize: 1, name: 'z3' }), padded);
    const e = apply(layers.dense({ units: 4, name: 'z4' }), apply(layers.globalAveragePooling2d({}), act(d, 'swish')));
    return { model: makeModel({ inputs: x, outputs: act(e, 'relu') }), z: ['z1', 'z2', 'z3', 'z4'], min: 0, max: 1 };
  },
  residual() {
    const x = input({ shape: [6, 6, 4] });
    const a = apply(layers.batchNormalization({ name: 'z1' }), x);
    const b = apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false }), act(a, 'relu'));
    const c = apply(layers.add({ name: 'z2' }), x, b);
    const d = act(c, 'relu');
    const pooled = apply(
      layers.concatenate({ name: 'joined' }),
      apply(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), d),
      apply(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }), d),
    );
    const e = apply(
      layers.conv2d({ filters: 6, kernelSize: 2, name: 'z3' }),
      apply(layers.dropout({ rate: 0.5 }), pooled),
    );
    const f = apply(layers.globalMaxPooling2d({}), act(e, 'relu'));
    return { model: makeModel({ inputs: x, outputs: f }), z: ['z1', 'z2', 'z3'], min: -0.5, max: 0.5 };
  },
  sequence() {
    const x = input({ shape: [12, 3] });
    const a = apply(layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', name: 'z1' }), x);
    const b = apply(
      layers.conv1d({ filters: 5, kernelSize: 2, strides: 2, padding: 'same', name: 'z2' }),
      apply(layers.maxPooling1d({ poolSize: 2, strides: 2 }), act(a, 'relu')),
    );
    const c = apply(layers.averagePooling1d({ poolSize: 2, strides: 1, padding: 'same' }), act(b, 'tanh'));
    const d = apply(layers.reshape({ targetShape: [15] }), c);
    const e = apply(layers.dense({ units: 6, name: 'z3' }), apply(layers.permute({ dims: [1] }), d));
    return { model: makeModel({ inputs: x, outputs: act(e, 'relu') }), z: ['z1', 'z2', 'z3'], min: -1, max: 0.5 };
  },
  merges() {
    const x = input({ shape: [5] });
    const wide = (name: string): Symbolic => apply(layers.dense({ units: 6, name }), x);
    const [a, b, c] = ['z1', 'z2', 'z3'].map(wide) as [Symbolic, Symbolic, Symbolic];
    const product = apply(layers.multiply({}), act(a, 'gelu'), act(b, 'mish'));
    const other = apply(layers.maximum({}), product, apply(layers.average({}), act(c, 'elu'), act(a, 'selu')));
    const least = apply(layers.minimum({}), other, act(b, 'softplus'));
    const d = apply(layers.dense({ units: 5, name: 'z4' }), least);
    const e = apply(layers.dense({ units: 5, name: 'z5' }), act(d, 'hardSigmoid'));
    const f = apply(layers.dense({ units: 5, name: 'z6' }), act(e, 'gelu_new'));
    return {
      model: makeModel({ inputs: x, outputs: act(act(f, 'sigmoid'), 'softsign') }),
      z: ['z1', 'z2', 'z3', 'z4', 'z5', 'z6'],
      min: -0.3,
      max: 0.4,
    };
  },
  parametric() {
    const x = input({ shape: [4, 4, 2] });
    const a = apply(layers.conv2d({ filters: 3, kernelSize: 2, name: 'z1' }), x);
    const b = apply(
      layers.conv2d({ filters: 3, kernelSize: 2, name: 'z2' }),
      apply(layers.prelu({ sharedAxes: [1, 2] }), a),
    );
    const c = apply(layers.prelu({}), b);
    const d = apply(layers.upSampling2d({ size: [2, 2] }), apply(layers.leakyReLU({ alpha: 0.1 }), c));
    const e = apply(
      layers.cropping2D({
        cropping: [
          [1, 0],
          [0, 1],
        ],
      }),
      d,
    );
    const f = apply(layers.conv2d({ filters: 4, kernelSize: 3, name: 'z3' }), e);
    return {
      model: makeModel({ inputs: x, outputs: apply(layers.reLU({ maxValue: 1 }), f) }),
      z: ['z1', 'z2', 'z3'],
      min: -1,
      max: 1,
    };
  },
  dilated() {
    const x = input({ shape: [6, 6, 2] });
    const a = apply(layers.conv2d({ filters: 4, kernelSize: 2, dilationRate: 2, padding: 'same', name: 'z1' }), x);
    const b = apply(
      layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: [2, 1], name: 'z2' }),
      apply(layers.thresholdedReLU({ theta: 0.2 }), a),
    );
    const model = makeModel({ inputs: x, outputs: act(b, 'relu') });
    return { model, z: ['z1', 'z2'], min: -1, max: 1, climb: [200, 0] };
  },
};
