import { expect, test } from 'vitest';
import { wholePlan } from '../compare/plan';
import { labelOfWork } from './labelOfWork';

const run = (plan: object) => ({ key: 'a', plan: wholePlan({ activations: ['relu'], seeds: [3], ...plan }) });

test('a run is called by its activation, what is not usual about it, and its seed', () => {
  expect(labelOfWork(run({ trainSize: 10 }))).toBe('relu, seed 3');
  expect(labelOfWork(run({ learningRate: 0.001, normalization: 'batch' }))).toBe(
    'relu, normalization batch, learningRate 0.001, seed 3',
  );
  expect(labelOfWork(run({ activations: [{ name: 'elu', alpha: 0.5 }] }))).toBe('elu (alpha 0.5), seed 3');
});

test('a shard of an audit is called by its images', () => {
  const shard = { data: 'mnist', stretch: [100, 200] };
  expect(labelOfWork({ key: 'a', shard } as never)).toBe('audit of mnist, images 101 to 200');
});
