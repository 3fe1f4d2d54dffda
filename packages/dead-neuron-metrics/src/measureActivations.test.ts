import type { LayerReport } from '@relumine/core';
import { tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { golden, number } from '@tooling/goldens';
import { expectNoLeak, relativeError, useBackend } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { measureActivations } from './index';
import { ChannelAccumulator } from './statistics/channelStatistics';
import { layerReport } from './statistics/layerReport';

type Num = number | string;

interface Figures {
  channelMax: Num[];
  channelMeanAbs: Num[];
  deadChannels: number[];
  deadUnitCount: number;
  deadUnitFraction: number;
  apoz: Num[];
  nonPositive: Num[];
  dormancy: Num[];
  unitDormancy: Num[];
}

interface Case {
  id: string;
  activation: string;
  shape: number[];
  h: Num[];
  nanChannels: number[];
  propagate: Figures;
  ignore?: Figures;
}

const cases = golden<{ cases: Case[] }>('metrics').cases.map((one) => ({
  ...one,
  activation: one.activation === 'leaky' ? 'leakyRelu' : one.activation,
}));

beforeAll(() => useBackend('wasm'));

const close = (actual: readonly number[], expected: readonly Num[], tolerance: number): void => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries())
    expect(relativeError(value, number(expected[i]!)), `entry ${i}`).toBeLessThan(tolerance);
};

/** A float64 pass over the goldens' own decimals, which a float32 tensor would round first. */
function exactReport({
  h,
  shape,
  activation,
  nonFinite,
}: Pick<Case, 'h' | 'shape' | 'activation'> & { nonFinite: 'propagate' | 'ignore' }): LayerReport {
  const accumulator = new ChannelAccumulator({ activation, channels: shape.at(-1)!, nonFinite });
  accumulator.update({ samples: shape[0]!, h: h.map(number) });
  return layerReport({ name: 'h', source: 'h', path: [], activation }, accumulator.snapshot()!);
}

const runs = cases.flatMap((one) =>
  (['propagate', 'ignore'] as const).flatMap((nonFinite) => {
    const figures = one[nonFinite];
    return figures ? [{ ...one, nonFinite, figures }] : [];
  }),
);

describe.each(runs)('$id, NaN: $nonFinite', (run) => {
  const { activation, shape, h, figures, nonFinite, nanChannels } = run;

  const check = (report: LayerReport, tolerance: number): void => {
    const { statistics: s, perChannel } = report;
    // The goldens call a channel dead where h never exceeds 0: dead for ReLU, silent for the others.
    expect(activation === 'relu' ? report.deadChannels : report.silentChannels).toEqual(figures.deadChannels);
    expect(report.nonFiniteChannels).toEqual(nanChannels);
    const counted = (c: number): number => (nonFinite === 'ignore' ? s.count - s.nan[c]! : s.count);
    close(perChannel.apoz, figures.apoz, 1e-15);
    close(
      s.nonPositive.map((n, c) => n / counted(c)),
      figures.nonPositive,
      1e-15,
    );
    // One NaN spoils numpy's mean over the channels; here it spoils its own channel alone.
    const spoiled = nonFinite === 'propagate' && nanChannels.length > 0;
    // A layer that is all zero has dormancy 0 throughout, not 0/0.
    const allZero = figures.channelMax.every((value) => value === 0);
    close(perChannel.dormancy, allZero ? figures.dormancy.map(() => 0) : figures.dormancy, tolerance);
    if (!spoiled) {
      close(s.max.map(Number), figures.channelMax, 1e-7);
      close(
        s.sumAbs.map((sum, c) => Number(sum) / counted(c)),
        figures.channelMeanAbs,
        tolerance,
      );
    }
    if (activation === 'relu') expect(report.deadUnitFraction).toBe(figures.deadUnitFraction);
  };

  test('float64: exactly the figures of the definitions', () => check(exactReport(run), 1e-14));

  test('a float32 tensor on WASM: to the rounding of its values', async () => {
    const x = tensor(h.map(number), shape);
    check(await expectNoLeak(() => measureActivations(x, { activation, nonFinite })), 1e-7);
    x.dispose();
  });
});

test('wrong input is named, and nothing leaks', async () => {
  const [ints, flat, empty] = [tensor([[1, 2]], [1, 2], 'int32'), tensor1d([1, 2]), zeros([0, 3])];
  await expectNoLeak(async () => {
    await expect(measureActivations(ints)).rejects.toThrow('`h` must be a float32 tensor. Received: int32[1, 2].');
    await expect(measureActivations(flat)).rejects.toThrow('Received: shape [2].');
    await expect(measureActivations(empty)).rejects.toThrow('Received: shape [0, 3].');
    await expect(measureActivations(flat, { activation: 'rellu' })).rejects.toThrow("Did you mean 'relu'?");
    await expect(measureActivations(flat, { nonFinite: 'drop' as 'ignore' })).rejects.toThrow(
      'must be one of propagate, ignore',
    );
  });
});

test('sigmoid and tanh die by saturation, leaky ReLU does not die', async () => {
  const h = tensor([
    [1, 0.5, 0],
    [1, 0.5, 0],
    [0.99999, 0.5, 1e-5],
  ]);
  const sigmoid = await measureActivations(h, { activation: 'sigmoid' });
  expect(sigmoid.deadChannels).toEqual([0, 2]);
  expect(sigmoid.saturatedChannels).toEqual([0, 2]);
  expect(sigmoid.constantChannels).toEqual([1]);
  expect((await measureActivations(h, { activation: 'leakyRelu' })).deadChannels).toEqual([]);
  h.dispose();
});
