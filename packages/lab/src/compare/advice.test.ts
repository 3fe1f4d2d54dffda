import { expect, test } from 'vitest';
import type { Run } from '../results';
import { compareAdvice } from './advice';

const run = (activation: string, dead: number, testAccuracy: number, stopped?: string): Run => ({
  activation,
  params: {},
  normalization: 'none',
  seed: 1,
  testAccuracy,
  trainLoss: 0.1,
  seconds: 1,
  ...(stopped ? { stopped } : {}),
  layers: [
    {
      name: 'conv1',
      channels: 32,
      units: 320,
      deadChannels: dead,
      deadUnitFraction: dead / 32,
      firingRateBound95: 0.006,
      bornDead: 0,
      died: dead,
      revived: 0,
      deadIndices: Array.from({ length: dead }, (_, i) => i),
      bornDeadIndices: [],
    },
  ],
  epochs: [],
});
const advise = (...runs: Run[]): string => compareAdvice({ runs, plan: { learningRate: 0.01 } });

test('advice follows from the figures', () => {
  expect(advise(run('relu', 8, 0.9), run('elu', 0, 0.92))).toBe(
    'relu lost 8 of 32 channels, elu none, with 2.0 % more digits told right: take elu, or keep relu and lower the learning rate (now 0.01).',
  );
  expect(advise(run('relu', 8, 0.9), run('elu', 0, 0.88))).toBe(
    'relu lost 8 of 32 channels, elu none, but with 2.0 % fewer digits told right: keep relu and lower the learning rate (now 0.01).',
  );
  for (const accuracy of [0.9, 0.8999])
    expect(advise(run('relu', 8, 0.9), run('elu', 0, accuracy))).toContain(
      'elu none, with as many digits told right: take elu',
    );
  // Of those that lost nothing, the most accurate.
  expect(advise(run('relu', 8, 0.9), run('elu', 0, 0.88), run('prelu', 0, 0.95))).toContain('take prelu');
  expect(advise(run('relu', 0, 0.9), run('elu', 0, 0.95))).toBe(
    'No channel died; elu tells most digits (95.0 %). Take it, or the simplest one that comes close.',
  );
  expect(advise(run('relu', 8, 0.9))).toContain('such as leakyRelu');
  expect(advise(run('relu', 8, 0.9), run('elu', 1, 0.9))).toContain(
    'Every activation lost channels (relu lost 8 of 32 channels; elu lost 1 of 32 channels)',
  );
  expect(advise(run('relu', 0, 0.1, 'the loss is NaN'))).toBe(
    'relu did not finish: the loss is NaN. Lower the learning rate (now 0.01).',
  );
  // Two seeds of one activation are one case.
  expect(advise(run('relu', 2, 0.9), run('relu', 1, 0.9), run('elu', 0, 0.91))).toContain('relu lost 3 of 64 channels');
});
