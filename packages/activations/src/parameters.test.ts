import { ones, type Tensor } from '@tensorflow/tfjs-core';
import { countTensors, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import * as all from './index';
import { activation, catalogue } from './index';
import { activationLayer } from './layers';

beforeAll(() => useBackend('cpu'));

const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minus } = Number;
const numeric = catalogue.flatMap(({ name, parameters }) =>
  Object.entries(parameters)
    .filter(([, value]) => typeof value === 'number')
    .flatMap(([parameter]) => [nan, infinity, minus].map((value) => [name, parameter, value] as const)),
);

test.each(numeric)(
  '%s with %s %d is refused by function, name, gain and layer; nothing leaks',
  (name, parameter, value) => {
    const x = ones([2, 4]);
    const options = { [parameter]: value };
    const before = countTensors();
    const function_ = (all as unknown as Record<string, (x: Tensor, options: object) => Tensor>)[name]!;
    const rule = parameter === 'axis' ? 'must be an axis of x, which has rank 2' : 'must be a finite number';
    // prelu's alpha is a tensor there.
    if (name !== 'prelu')
      expect(() => function_(x, options)).toThrow(`[relumine/activations/${name}] \`options.${parameter}\` ${rule}`);
    expect(() => activation(name, options)).toThrow(
      `[relumine/activations/activation] \`${parameter}\` must be a finite number. Received: ${value}.`,
    );
    for (const gain of ['gain', 'forwardGain', 'backwardGain'] as const)
      expect(() => all[gain](name, options)).toThrow(
        `[relumine/activations/${gain}] \`${parameter}\` must be a finite number. Received: ${value}.`,
      );
    expect(() => activationLayer({ name, ...options })).toThrow(
      `\`${parameter}\` must be a finite number. Received: ${value}.`,
    );
    expect(countTensors()).toEqual(before);
    x.dispose();
  },
);
