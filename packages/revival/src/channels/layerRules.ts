import type { layers } from '@tensorflow/tfjs-layers';
import { hasChannelsFirst } from '../channelsFirst';

type Layer = layers.Layer;

/** Which axes of one weight run over the channels that a layer reads (`input`) and over those that it makes or carries (`output`). */
export interface WeightAxes {
  readonly input?: number;
  readonly output?: number;
}

/** How a layer treats channels. */
export interface LayerRule {
  /**
   * `producer` makes new channels from all it reads; `carrier` treats each channel alone (weights or not); `add` and
   * `concat` join tensors; `flatten` lays positions and channels in one axis; `mixer` can't be cut.
   */
  readonly kind: 'producer' | 'carrier' | 'add' | 'concat' | 'flatten' | 'mixer';
  /** One entry per array of `layer.getWeights()`. */
  readonly weights: readonly WeightAxes[];
  /** The key of the layer's (Python-style) config that holds its number of channels. */
  readonly countKey?: 'filters' | 'units';
}

interface KnownLayer {
  useBias?: boolean;
  depthMultiplier?: number;
  axis?: number | number[];
  scale?: boolean;
  center?: boolean;
}

const withBias = (layer: Layer, kernels: WeightAxes[]): WeightAxes[] =>
  (layer as unknown as KnownLayer).useBias === false ? kernels : [...kernels, { output: 0 }];

const carrier: LayerRule = { kind: 'carrier', weights: [] };
const mixer: LayerRule = { kind: 'mixer', weights: [] };

/** Layers without weights that treat each channel alone. */
const plainCarriers = new Set([
  'Activation',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'ThresholdedReLU',
  'Dropout',
  'SpatialDropout1D',
  'AlphaDropout',
  'GaussianNoise',
  'GaussianDropout',
  'MaxPooling1D',
  'MaxPooling2D',
  'AveragePooling1D',
  'AveragePooling2D',
  'GlobalMaxPooling1D',
  'GlobalMaxPooling2D',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'ZeroPadding2D',
  'Cropping2D',
  'UpSampling2D',
]);

const lastAxis = (layer: Layer, axis: number | number[] | undefined): boolean => {
  const rank = (layer.inputSpec?.[0] as { ndim?: number } | undefined)?.ndim ?? layer.weights[0]?.shape.length;
  const one = Array.isArray(axis) ? (axis.length === 1 ? axis[0] : undefined) : axis;
  return one === undefined || one === -1 || (rank !== undefined && one === rank - 1) || one === 3;
};

/** The rule of a layer; what is not known, or has its channels first, is a `mixer`, which is never cut. */
export function layerRule(layer: Layer): LayerRule {
  const rule = ruleByClass(layer);
  // The axes of its weights are the same.
  return hasChannelsFirst(layer) ? { kind: 'mixer', weights: rule.weights } : rule;
}

function ruleByClass(layer: Layer): LayerRule {
  const known = layer as unknown as KnownLayer;
  const name = layer.getClassName();
  switch (name) {
    case 'Conv1D':
      return { kind: 'producer', countKey: 'filters', weights: withBias(layer, [{ input: 1, output: 2 }]) };
    case 'Conv2D':
      return { kind: 'producer', countKey: 'filters', weights: withBias(layer, [{ input: 2, output: 3 }]) };
    case 'Conv2DTranspose':
      return { kind: 'producer', countKey: 'filters', weights: withBias(layer, [{ input: 3, output: 2 }]) };
    case 'Dense':
      return { kind: 'producer', countKey: 'units', weights: withBias(layer, [{ input: 0, output: 1 }]) };
    case 'SeparableConv2D':
      if (known.depthMultiplier !== 1) return mixer;
      return {
        kind: 'producer',
        countKey: 'filters',
        weights: withBias(layer, [{ input: 2 }, { input: 2, output: 3 }]),
      };
    case 'DepthwiseConv2D':
      if (known.depthMultiplier !== 1) return mixer;
      return { kind: 'carrier', weights: withBias(layer, [{ output: 2 }]) };
    case 'BatchNormalization':
      return lastAxis(layer, known.axis)
        ? { kind: 'carrier', weights: layer.weights.map(() => ({ output: 0 })) }
        : mixer;
    case 'PReLU': {
      const shape = layer.weights[0]?.shape ?? [];
      return { kind: 'carrier', weights: [shape.at(-1) === 1 ? {} : { output: shape.length - 1 }] };
    }
    case 'RelumineActivation':
      return layer.weights.length === 0
        ? carrier
        : {
            kind: 'carrier',
            weights: layer.weights.map((w) => (w.shape.at(-1) === 1 ? {} : { output: w.shape.length - 1 })),
          };
    case 'Add':
      return { kind: 'add', weights: [] };
    case 'Concatenate':
      return lastAxis(layer, known.axis) ? { kind: 'concat', weights: [] } : mixer;
    case 'Flatten':
      return { kind: 'flatten', weights: [] };
    default:
      return plainCarriers.has(name) ? carrier : mixer;
  }
}
