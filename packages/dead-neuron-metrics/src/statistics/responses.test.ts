import { activationNames } from '@relumine/core';
import { expect, test } from 'vitest';
import { firingWindow, responseOf } from './responses';

const params: Record<string, Record<string, number>[]> = {
  leakyRelu: [{ negativeSlope: 0.1 }, { negativeSlope: 0 }],
  prelu: [{ alpha: 0 }, {}],
  elu: [{}, { alpha: 0.5 }, { alpha: 1e-4 }, { alpha: -1 }],
  celu: [{ alpha: 2 }],
  softplus: [{ beta: 3 }],
  squareplus: [{ b: 0.5 }],
  hardtanh: [{ min: -2, max: 0.5 }],
  threshold: [{ threshold: 1.5 }],
};

const cases = activationNames.flatMap((name) => (params[name] ?? [{}]).map((one) => [name, one] as const));

test.each(cases)('%s %j: the window holds exactly the numbers that fire', (name, one) => {
  const window = firingWindow(name, one);
  const response = responseOf(name, one);
  if (!window) {
    // It is left out because no interval would do: somewhere between two numbers that fire, one does not.
    const fires = Array.from({ length: 8001 }, (_, i) => response.fromPreactivation((i - 4000) / 100));
    const [first, last] = [fires.indexOf(true), fires.lastIndexOf(true)];
    expect(fires.slice(first, last).includes(false)).toBe(true);
    return;
  }
  const near = [window.low, window.high].filter(Number.isFinite).flatMap((edge) => [edge - 1e-9, edge + 1e-9]);
  for (const z of [...near, -100, -40, -7, -1, -1e-30, 0, 1e-30, 1, 5.9, 6.1, 40, 100])
    expect([z, response.fromPreactivation(z)]).toEqual([z, z > window.low && z < window.high]);
});
