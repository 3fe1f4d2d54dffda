import { expect, test } from 'vitest';
import { defaultNetwork, defaultPlan, fitted, type TrainingPlan } from './plan';
import { readPlan, writePlan } from './planAddress';

const queryOf = (plan: TrainingPlan): URLSearchParams => {
  const entries = Object.entries(writePlan(plan)).filter((entry): entry is [string, string] => entry[1] !== null);
  return new URLSearchParams(entries);
};
const network = (changes: Partial<typeof defaultNetwork>) => ({ ...defaultNetwork, ...changes });

test('a link without choices is one ReLU network on digits, and such a network needs no link', () => {
  expect(readPlan(new URLSearchParams())).toEqual(defaultPlan);
  expect(queryOf(defaultPlan).toString()).toBe('');
});

test.each<[string, TrainingPlan]>([
  ['one network', { data: 'fashion', seed: 7, networks: [network({ learningRate: 0.001, width: 32 })] }],
  [
    'four that differ',
    {
      data: 'digits',
      seed: 1,
      networks: [
        network({ activation: 'elu', params: { alpha: 0.5 } }),
        network({ bias: -0.5, after: 'leakyRelu' }),
        network({ kind: 'dense', depth: 10, width: 4 }),
        network({ optimizer: 'sgd', normalization: 'batch', initializer: 'orthogonal' }),
      ],
    },
  ],
  ['three that are equal', { data: 'digits', seed: 1, networks: [network({}), network({}), network({})] }],
  ['the plane', { data: 'spirals', seed: 3, networks: [fitted(network({ depth: 3 }), 'spirals')] }],
])('%s comes back from its link', (_name, plan) => {
  expect(readPlan(queryOf(plan))).toEqual(plan);
});

test('one value stands for all networks, and the first version’s links still work', () => {
  const plan = readPlan(new URLSearchParams('activation=relu,elu&learningRate=0.001'));
  expect(plan.networks.map(({ activation, learningRate }) => [activation, learningRate])).toEqual([
    ['relu', 0.001],
    ['elu', 0.001],
  ]);
  expect(readPlan(new URLSearchParams('normalization=spectral')).networks[0]?.normalization).toBe('spectral');
});

test.each([
  'data=../../etc&seed=-1&learningRate=1e9&width=100000&depth=x',
  'seed=NaN&bias=&kind=conv%00&optimizer=__proto__',
  'params=%3Cscript%3E:1;a:NaN;:;b:1e999&activation=%3Cimg%3E',
  'depth=0&width=-2&learningRate=Infinity',
])('what can’t be meant is the default: %s', (query) => {
  expect(readPlan(new URLSearchParams(query))).toEqual(defaultPlan);
});

test('a hundred networks are four', () => {
  expect(readPlan(new URLSearchParams({ activation: 'relu,'.repeat(100) })).networks.length).toBe(4);
});

test('points of the plane get dense layers, and a depth that dense networks have', () => {
  expect(fitted(network({ depth: 4 }), 'circles')).toMatchObject({ kind: 'dense', depth: 3 });
});
