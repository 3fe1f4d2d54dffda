import { leaky, scalarFunction } from './functions';
import { fieldsOf, type Layer, type RelumineSpec, type Variable, type Weights } from './layerFields';
import type { ScalarFunction } from './scalarFunction';

/** The activation that ends a layer: one function for each element of z, or a softmax. */
export type EndingActivation =
  | { kind: 'elementwise'; name: string; at: (index: number) => ScalarFunction }
  | { kind: 'softmax' | 'logSoftmax' }
  | { kind: 'none' }
  | { kind: 'unsupported'; name: string };

const always = (f: ScalarFunction | undefined, name: string): EndingActivation => {
  if (!f) return { kind: 'unsupported', name };
  return f.name === 'linear' ? { kind: 'none' } : { kind: 'elementwise', name: f.name, at: () => f };
};

/** tfjs's layers that are an activation and nothing else. */
const activationLayers: Readonly<Record<string, (layer: Layer) => EndingActivation>> = {
  ReLU: (layer) => {
    const { maxValue } = fieldsOf(layer);
    if (maxValue === undefined || maxValue === null) return always(scalarFunction('relu'), 'relu');
    return always(maxValue === 6 ? scalarFunction('relu6') : scalarFunction('clippedRelu', { maxValue }), 'relu');
  },
  LeakyReLU: (layer) => {
    const { alpha } = fieldsOf(layer);
    return always(leaky('leakyRelu', typeof alpha === 'number' ? alpha : 0.3), 'leakyRelu');
  },
  ELU: (layer) => {
    const { alpha } = fieldsOf(layer);
    return always(scalarFunction('elu', { alpha: typeof alpha === 'number' ? alpha : 1 }), 'elu');
  },
  ThresholdedReLU: (layer) =>
    always(scalarFunction('threshold', { threshold: fieldsOf(layer).theta ?? 1 }), 'threshold'),
  Softmax: () => ({ kind: 'softmax' }),
};

/** PReLU with its slope broadcast over the shape of z. */
function parametric(alpha: Variable, shape: readonly number[], weights: Weights): EndingActivation {
  const slopes = weights(alpha);
  const cache = new Map<number, ScalarFunction>();
  const extents = alpha.shape.map((n) => n ?? 1);
  const at = (index: number): ScalarFunction => {
    let [rest, offset, stride] = [index, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const position = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      const extent = extents[axis - shape.length + extents.length] ?? 1;
      if (extent > 1) offset += position * stride;
      stride *= extent;
    }
    const slope = slopes[offset]!;
    const found = cache.get(slope) ?? leaky('prelu', slope);
    cache.set(slope, found);
    return found;
  };
  return { kind: 'elementwise', name: 'prelu', at };
}

/** What Relumine's own activations say of themselves. */
function declared({ name, params = {} }: RelumineSpec): EndingActivation {
  const numbers = Object.entries(params).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  const wanted = name === 'gelu' && params.approximate === 'tanh' ? 'geluTanh' : name;
  return always(scalarFunction(wanted, Object.fromEntries(numbers)), name);
}

/** Whether the layer applies an activation to its input and does nothing else. */
export const isActivationLayer = (layer: Layer): boolean => {
  const className = layer.getClassName();
  if (fieldsOf(layer).relumine) return true;
  return className === 'Activation' || className === 'PReLU' || className in activationLayers;
};

/** What the layer does last, for z of `shape` (without the batch axis). */
export function activationOf(layer: Layer, shape: readonly number[], weights: Weights): EndingActivation {
  const className = layer.getClassName();
  const { activation, alpha, relumine } = fieldsOf(layer);
  const slopes = className === 'PReLU' || relumine?.name === 'prelu' ? alpha : undefined;
  if (typeof slopes === 'object' && slopes) return parametric(slopes, shape, weights);
  if (relumine) return declared(relumine);
  if (Object.hasOwn(activationLayers, className)) return activationLayers[className]!(layer);
  if (!activation) return { kind: 'none' };
  if (activation.relumine) return declared(activation.relumine);
  const name = activation.getClassName();
  if (name === 'softmax' || name === 'logSoftmax') return { kind: name };
  return always(scalarFunction(name), name);
}
