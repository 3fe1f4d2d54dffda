import { ones } from '@tensorflow/tfjs-core';
import { useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import * as all from './index';
import { activation, activationNames, resolveActivationName } from './index';

beforeAll(() => useBackend('cpu'));

test('every name is an exported function', () => {
  for (const name of activationNames) expect([name, typeof all[name]]).toEqual([name, 'function']);
});

test.each([
  ['swish', 'silu'],
  ['hard_sigmoid', 'hardsigmoid'],
  ['hard_silu', 'hardswish'],
  ['leaky_relu', 'leakyRelu'],
  ['log_sigmoid', 'logSigmoid'],
  ['LeakyReLU', 'leakyRelu'],
  ['ReLU6', 'relu6'],
  ['SiLU', 'silu'],
  ['soft_shrink', 'softshrink'],
  ['identity', 'linear'],
])('%s means %s', (alias, name) => {
  expect(resolveActivationName(alias)).toBe(name);
  expect(activation(alias as 'relu').name).toBe(name);
});

const list = activationNames.join(', ');

const wrong: [string, () => unknown, string][] = [
  [
    'an unknown name',
    () => activation('rellu' as 'relu'),
    `[relumine/activations/activation] \`name\` must be one of ${list}. Received: "rellu". Did you mean 'relu'?`,
  ],
  [
    'a name that is none',
    () => activation(3 as unknown as 'relu'),
    `[relumine/activations/activation] \`name\` must be one of ${list}. Received: 3.`,
  ],
  [
    'an unknown parameter',
    () => activation('elu', { alhpa: 1 }),
    "[relumine/activations/activation] `params` of elu may be alpha. Received: alhpa. Did you mean 'alpha'?",
  ],
  [
    'a parameter where there is none',
    () => activation('relu', { slope: 1 }),
    '[relumine/activations/activation] `params` of relu must be empty. Received: slope.',
  ],
  [
    'a NaN',
    () => all.elu(ones([1]), { alpha: Number.NaN }),
    '[relumine/activations/elu] `options.alpha` must be a finite number. Received: NaN.',
  ],
  [
    'an infinity',
    () => all.leakyRelu(ones([1]), { negativeSlope: Number.POSITIVE_INFINITY }),
    '[relumine/activations/leakyRelu] `options.negativeSlope` must be a finite number. Received: Infinity.',
  ],
  [
    'celu without width',
    () => all.celu(ones([1]), { alpha: 0 }),
    '[relumine/activations/celu] `options.alpha` must not be 0. Received: 0.',
  ],
  [
    'softplus turned around',
    () => all.softplus(ones([1]), { beta: -1 }),
    '[relumine/activations/softplus] `options.beta` must be a finite number above 0. Received: -1.',
  ],
  [
    'squareplus without width',
    () => all.squareplus(ones([1]), { b: 0 }),
    '[relumine/activations/squareplus] `options.b` must be above 0. Received: 0.',
  ],
  [
    'bounds the wrong way round',
    () => all.hardtanh(ones([1]), { min: 2 }),
    '[relumine/activations/hardtanh] `options.max` must be above `options.min`. Received: min 2, max 1.',
  ],
  [
    'slopes the wrong way round',
    () => all.rrelu(ones([1]), { lower: 0.5 }),
    '[relumine/activations/rrelu] `options.upper` must be a finite number of at least 0.5. Received: 0.3333333333333333.',
  ],
  [
    'a negative width',
    () => all.softshrink(ones([1]), { lambda: -1 }),
    '[relumine/activations/softshrink] `options.lambda` must be 0 or above. Received: -1.',
  ],
  [
    'an unknown approximation',
    () => all.gelu(ones([1]), { approximate: 'erf' as 'tanh' }),
    '[relumine/activations/gelu] `options.approximate` must be one of none, tanh. Received: "erf".',
  ],
  [
    'an odd size',
    () => all.glu(ones([2, 3])),
    '[relumine/activations/glu] `x` must have an even size along axis 1. Received: shape [2, 3].',
  ],
  [
    'no such axis',
    () => all.crelu(ones([2, 3]), { axis: 2 }),
    '[relumine/activations/crelu] `options.axis` must be an axis of x, which has rank 2. Received: 2.',
  ],
  [
    'slopes that do not broadcast',
    () => all.prelu(ones([2, 3]), ones([2])),
    '[relumine/activations/prelu] `alpha` must broadcast to the shape of x, [2, 3]. Received: shape [2]. Give one slope, or one for each channel.',
  ],
];

test.each(wrong)('%s', (_, call, message) => {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect((thrown as Error).message).toBe(message);
});

test.each(activationNames)('%s refuses what is no float32 tensor', (name) => {
  const call = (): unknown => activation(name).apply(ones([2, 2], 'int32'));
  expect(call).toThrow(`[relumine/activations/${name}] \`x\` must be a float32 tensor. Received: int32[2, 2].`);
});
