import { type Activation, type ActivationName, invalidArgument } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { definitions } from './definitions';
import { crelu } from './functions/crelu';
import { glu } from './functions/glu';
import { gain } from './gains/gain';
import { resolveActivationName } from './names';
import { requireParameters } from './parameters';
import type { ActivationParams } from './shared/definition';
import { derivativeOf, pointwise } from './shared/pointwise';

const where = 'activations/activation';

/** The two that are no function of one value: their derivative is no tensor like z. */
function joining(name: 'glu' | 'crelu', params: ActivationParams): Activation {
  const apply = name === 'glu' ? glu : crelu;
  const options = params.axis === undefined ? {} : { axis: Number(params.axis) };
  return {
    name,
    params,
    apply: <T extends Tensor>(z: T): T => apply(z, options) as T,
    derivative: () => {
      const rule = 'must map each value by itself to have a derivative like z';
      throw invalidArgument({ where, argument: 'name', rule, received: name, wayOut: 'Take gradients of `apply`.' });
    },
    gain: gain(name, params),
  };
}

/**
 * An activation by name, with its parameters fixed: `apply`, `derivative` and `gain`. Names of Keras and PyTorch are
 * understood (`swish`, `hard_sigmoid`, `LeakyReLU`). A PReLU by name has one fixed slope (`alpha`, 0.25 unless given), an
 * RReLU the mean of its slopes; what learns or draws is a layer.
 *
 * @throws RangeError for an unknown name or parameter (the nearest known one is suggested) or one that can't be
 */
export function activation(name: ActivationName, params: ActivationParams = {}): Activation {
  const resolved = resolveActivationName(name);
  requireParameters(where, resolved, params);
  if (resolved === 'glu' || resolved === 'crelu') return joining(resolved, params);
  const composition = definitions.get(resolved)!.compose(params as never);
  return {
    name: resolved,
    params,
    apply: <T extends Tensor>(z: T): T => pointwise(z, composition),
    derivative: <T extends Tensor>(z: T): T => derivativeOf(z, composition),
    gain: gain(resolved, params),
  };
}
