import { type ChannelStatisticsSnapshot, decodeNumber } from '@relumine/core';
import { beforeEach, expect, test } from 'vitest';
import { ChannelAccumulator } from './channelStatistics';
import { deadUnitFractionOf } from './observeLayer';
import { unitCountsOf, withUnitCounts } from './unitCounts';

let plain: ChannelStatisticsSnapshot;
let late: ChannelStatisticsSnapshot;
beforeEach(() => {
  const accumulator = new ChannelAccumulator({ activation: 'relu', channels: 2 });
  accumulator.update({ samples: 2, h: [1, 0, 0, 0, 2, 0, 0, 3] });
  plain = accumulator.snapshot()!;
  late = withUnitCounts({ ...plain, unitFired: [] }, Int32Array.from(plain.unitFired));
});

test('counts that become a list when they are read are the data that they would have been', () => {
  expect(decodeNumber(late.sum[0]!)).toBe(3);
  expect(JSON.stringify(late)).toBe(JSON.stringify(plain));
  expect(late).toEqual(plain);
  expect(Array.isArray(late.unitFired)).toBe(true);
  expect(late.unitFired).toBe(late.unitFired);
});

test('copies hold the list, also those that other threads get', () => {
  expect(structuredClone(late)).toEqual(plain);
  expect({ ...late }).toEqual(plain);
});

test('to look through them makes no list', () => {
  expect(deadUnitFractionOf(late)).toBe(deadUnitFractionOf(plain));
  expect(unitCountsOf(late)).toBeInstanceOf(Int32Array);
  expect(late.unitFired).toEqual([2, 0, 0, 1]);
  expect(unitCountsOf(late)).toBe(late.unitFired);
});

test('they may be written over', () => {
  late.unitFired = [1, 1, 1, 1];
  expect(deadUnitFractionOf(late)).toBe(0);
  expect(late.unitFired).toEqual([1, 1, 1, 1]);
});
