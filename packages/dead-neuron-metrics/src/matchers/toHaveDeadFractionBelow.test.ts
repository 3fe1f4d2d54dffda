import '../vitest';
import type { DeadNeuronReport } from '@relumine/core';
import { expect, test } from 'vitest';
import { toHaveDeadFractionBelow } from '../matchers';
import { buildReport } from '../report';
import { ChannelAccumulator } from '../statistics/channelStatistics';
import { layerReport } from '../statistics/layerReport';

/** One layer of four channels, the given values of one sample. */
function reportOf(values: number[]): DeadNeuronReport {
  const accumulator = new ChannelAccumulator({ activation: 'relu', channels: values.length });
  accumulator.update({ samples: 1, h: Float32Array.from(values) });
  const layer = layerReport({ name: 'conv', source: 'conv', path: [], activation: 'relu' }, accumulator.snapshot()!);
  return buildReport([layer], 1, []);
}

const quarter = reportOf([1, 0, 2, 3]);

test('the fraction is strictly below, for a report and for a layer', () => {
  expect(quarter).toHaveDeadFractionBelow(0.26);
  expect(quarter).not.toHaveDeadFractionBelow(0.25);
  expect(quarter.layers[0]).toHaveDeadFractionBelow(1);
  expect(reportOf([1])).toHaveDeadFractionBelow(0.001);
  expect(reportOf([1])).not.toHaveDeadFractionBelow(0);
});

test('a failure names the dead channels', () => {
  expect(() => expect(quarter).toHaveDeadFractionBelow(0.05)).toThrow(
    'Expected a dead fraction below 5 %. Received: 25 %.\n  conv: 1 of 4 (1)',
  );
  expect(() => expect(quarter).not.toHaveDeadFractionBelow(0.5)).toThrow(
    'Expected a dead fraction of at least 50 %. Received: 25 %.',
  );
});

test('of a layer with NaN nothing is known', () => {
  const spoiled = reportOf([1, Number.NaN]);
  expect(() => expect(spoiled).toHaveDeadFractionBelow(1)).toThrow('NaN or infinity in conv');
  expect(() => expect(spoiled).not.toHaveDeadFractionBelow(0)).toThrow('NaN or infinity in conv');
});

test('jest calls it the same way; wrong arguments are named', () => {
  expect(toHaveDeadFractionBelow.call({}, quarter, 0.3).pass).toBe(true);
  expect(toHaveDeadFractionBelow.call({ isNot: true }, quarter, 0.2).pass).toBe(false);
  expect(() => toHaveDeadFractionBelow.call({}, { loss: 1 }, 0.3)).toThrow(
    '`received` must be a report of auditModel, or one of its layers.',
  );
  expect(() => toHaveDeadFractionBelow.call({}, quarter, 5)).toThrow('`fraction` must be in [0, 1]. Received: 5.');
});
