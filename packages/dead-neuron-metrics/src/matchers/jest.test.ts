import { expect as jestExpect } from 'expect';
import { expect, test } from 'vitest';
import { toHaveDeadFractionBelow } from '../matchers';
import { buildReport } from '../report';
import { ChannelAccumulator } from '../statistics/channelStatistics';
import { layerReport } from '../statistics/layerReport';

/** What jest's own matchers are made of, with ours added as its users add it. */
jestExpect.extend({ toHaveDeadFractionBelow });
type Assertion = { toHaveDeadFractionBelow(fraction: number): void; not: Assertion };
const jest = (value: unknown): Assertion => jestExpect(value) as unknown as Assertion;

function reportOf(values: number[]) {
  const accumulator = new ChannelAccumulator({ activation: 'relu', channels: values.length });
  accumulator.update({ samples: 1, h: Float32Array.from(values) });
  const layer = layerReport({ name: 'conv', source: 'conv', path: [], activation: 'relu' }, accumulator.snapshot()!);
  return buildReport([layer], 1, []);
}

test('jest’s expect takes the matcher, its negation and its messages', () => {
  const quarter = reportOf([1, 0, 2, 3]);
  jest(quarter).toHaveDeadFractionBelow(0.26);
  jest(quarter).not.toHaveDeadFractionBelow(0.25);
  expect(() => jest(quarter).toHaveDeadFractionBelow(0.05)).toThrow(
    'Expected a dead fraction below 5 %. Received: 25 %.\n  conv: 1 of 4 (1)',
  );
  const spoiled = reportOf([1, Number.NaN]);
  expect(() => jest(spoiled).toHaveDeadFractionBelow(1)).toThrow('NaN or infinity in conv');
  expect(() => jest(spoiled).not.toHaveDeadFractionBelow(0)).toThrow('NaN or infinity in conv');
  expect(() => jest({ loss: 1 }).toHaveDeadFractionBelow(0.3)).toThrow('must be a report of auditModel');
});
