import { invalidArgument } from '@relumine/core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { activationLipschitz } from './activationLipschitz';
import { isWrapper, withNormalizedWeights } from './foldSpectralNormalization';
import type { LayerLipschitz, Shape } from './lipschitz';
import { convolution3d, transposedConvolution3d } from './lipschitz3d';
import { convolution, convolution1d, dense, depthwise, separable, transposedConvolution } from './lipschitzOfKernels';
import { averagePooling, globalAverage1d, globalAverage2d, maxPooling, upSampling } from './lipschitzOfPooling';
import type { SpectralNormalizationLayer } from './spectralNormalization';
import { withoutBound } from './withoutBound';

type Layer = layers.Layer;

const where = 'spectral-norm/lipschitzBound';

interface Fields {
  dataFormat?: string;
  epsilon?: number;
  gamma?: LayerVariable | null;
  n?: number;
  scale?: number;
}

/** max |γ / √(variance + ε)|, at inference. */
async function batchNormalization(layer: Layer): Promise<LayerLipschitz> {
  const named = layer.weights.map((weight) => [weight.originalName.split('/').at(-1), weight.read()] as const);
  const values = async (name: string): Promise<ArrayLike<number> | undefined> =>
    named.find(([own]) => own === name)?.[1].data();
  const [gamma, variance] = [await values('gamma'), await values('moving_variance')];
  const { epsilon = 1e-3 } = layer as unknown as Fields;
  const scales = Array.from(variance!, (value, i) => Math.abs(gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  return { lipschitz: Math.max(0, ...scales) };
}

/**
 * max |γ| / √ε: with c the input less its mean and s² = ‖c‖² / n + ε, the Jacobian is (1 − c cᵀ / (n s²)) / s on what has no mean,
 * and 0 on the mean: at most 1 / s ≤ 1 / √ε, and that where all values are equal. Far from there it is flatter.
 */
async function layerNormalization(layer: Layer): Promise<LayerLipschitz> {
  const { epsilon = 1e-3, gamma } = layer as unknown as Fields;
  const scales = gamma ? Array.from(await gamma.read().data(), Math.abs) : [1];
  return { lipschitz: Math.max(0, ...scales) / Math.sqrt(epsilon) };
}

type Rule = (layer: Layer, input: Shape, output: Shape) => LayerLipschitz | Promise<LayerLipschitz>;
const one: Rule = () => ({ lipschitz: 1 });

/** The same layer for each step. */
const timeDistributed: Rule = async (wrapper, input, output) => {
  const { layer } = wrapper as unknown as { layer: Layer };
  const step = ([batch, , ...rest]: Shape): Shape => [batch ?? null, ...rest];
  return lipschitzOfLayer(layer, step(input), step(output));
};

/** By class of layer; what merges several inputs is in `lipschitzBound`. */
const rules: Readonly<Record<string, Rule>> = {
  InputLayer: one,
  Flatten: one,
  Reshape: one,
  Permute: one,
  Dropout: one,
  SpatialDropout1D: one,
  GaussianNoise: one,
  GaussianDropout: one,
  AlphaDropout: one,
  ZeroPadding2D: one,
  Cropping2D: one,
  Activation: one,
  ReLU: one,
  LeakyReLU: one,
  PReLU: one,
  ELU: one,
  Softmax: one,
  RelumineActivation: one,
  Dense: dense,
  Conv1D: convolution1d,
  Conv2D: convolution,
  Conv3D: convolution3d,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution3d,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  MaxPooling1D: maxPooling,
  MaxPooling2D: maxPooling,
  MaxPooling3D: maxPooling,
  GlobalMaxPooling1D: one,
  GlobalMaxPooling2D: one,
  AveragePooling1D: averagePooling,
  AveragePooling2D: averagePooling,
  AveragePooling3D: averagePooling,
  GlobalAveragePooling1D: globalAverage1d,
  GlobalAveragePooling2D: globalAverage2d,
  UpSampling2D: upSampling,
  RepeatVector: (layer) => ({ lipschitz: Math.sqrt((layer as unknown as Fields).n ?? 1) }),
  Rescaling: (layer) => ({ lipschitz: Math.abs((layer as unknown as Fields).scale ?? 1) }),
  TimeDistributed: timeDistributed,
};

/** What a layer with spectral normalisation does at inference: its layer with the kernels as they are used. */
const normalized = (wrapper: SpectralNormalizationLayer, input: Shape, output: Shape): Promise<LayerLipschitz> =>
  withNormalizedWeights(wrapper, (weights) => {
    const layer = Object.create(wrapper.layer, { getWeights: { value: () => weights } }) as Layer;
    return lipschitzOfLayer(layer, input, output);
  });

/** @throws RangeError for a class of layer without a known bound */
export async function lipschitzOfLayer(layer: Layer, input: Shape, output: Shape): Promise<LayerLipschitz> {
  if (isWrapper(layer)) return normalized(layer, input, output);
  const className = layer.getClassName();
  const rule = rules[className];
  const received = `'${layer.name}' (${className})`;
  if (!rule) {
    const wayOut = withoutBound[className];
    const problem = { where, argument: 'model', rule: 'must be made of layers that can be bounded', received };
    throw invalidArgument(wayOut ? { ...problem, wayOut } : problem);
  }
  if ((layer as unknown as Fields).dataFormat === 'channelsFirst') {
    const of = "must have its channels last (dataFormat 'channelsLast')";
    throw invalidArgument({ where, argument: 'model', rule: of, received });
  }
  for (const weight of layer.getWeights()) {
    const broken = (await weight.data()).find((value) => !Number.isFinite(value));
    if (broken === undefined) continue;
    throw invalidArgument({
      where,
      argument: 'model',
      rule: 'must have finite weights',
      received: `${broken} in ${received}`,
    });
  }
  const linear = await rule(layer, input, output);
  const channels = output.at(-1) ?? Number.POSITIVE_INFINITY;
  return { ...linear, lipschitz: linear.lipschitz * (await activationLipschitz(layer, channels)) };
}
