import { type DeadNeuronReport, decodeNumber } from '@relumine/core';
import { relativeError } from '@tooling/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeReports } from './mergeReports';
import { buildReport } from './report';
import { ChannelAccumulator } from './statistics/channelStatistics';
import { layerReport } from './statistics/layerReport';

const [channels, positions] = [3, 4];
const perSample = channels * positions;

function reportOf(samples: readonly Float32Array[]): DeadNeuronReport {
  const accumulator = new ChannelAccumulator({ activation: 'relu', channels });
  const z = Float32Array.from(samples.flatMap((one) => [...one]));
  accumulator.update({ samples: samples.length, z, h: z.map((value) => Math.max(0, value)) });
  const identity = { name: 'a', source: 'a', path: [], activation: 'relu' };
  return buildReport([layerReport(identity, accumulator.snapshot()!)], samples.length, []);
}

const value = fc.oneof(
  fc.float({ noNaN: true, min: Math.fround(-10), max: Math.fround(10) }),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-30, 3e20),
);
const sample = fc.array(value, { minLength: perSample, maxLength: perSample }).map((v) => Float32Array.from(v));

test('shards in any split and order merge to the report of one pass', () => {
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 2, maxLength: 12 }),
      fc.infiniteStream(fc.nat(3)),
      fc.nat(),
      (samples, shards, rotation) => {
        const whole = reportOf(samples);
        const groups: Float32Array[][] = [[], [], [], []];
        for (const one of samples) groups[shards.next().value!]!.push(one);
        const parts = groups.filter((group) => group.length > 0).map(reportOf);
        const turn = rotation % parts.length;
        const merged = [...parts.slice(turn), ...parts.slice(0, turn)].reduce(mergeReports);
        const [a, b] = [whole.layers[0]!, merged.layers[0]!];
        for (const key of [
          'fired',
          'zeros',
          'nonPositive',
          'nan',
          'infinite',
          'min',
          'max',
          'maxPreactivation',
          'unitFired',
          'unitNan',
        ] as const)
          expect(b.statistics[key]).toEqual(a.statistics[key]);
        for (const key of [
          'deadChannels',
          'silentChannels',
          'saturatedChannels',
          'nearlyDeadChannels',
          'nonFiniteChannels',
        ] as const)
          expect(b[key]).toEqual(a[key]);
        for (const key of ['sum', 'sumAbs', 'sumSquares'] as const)
          a.statistics[key].forEach((expected, i) => {
            const scale = decodeNumber(key === 'sum' ? a.statistics.sumAbs[i]! : expected);
            const [x, y] = [decodeNumber(b.statistics[key][i]!), decodeNumber(expected)];
            expect(Math.abs(x - y) <= 1e-12 * scale || relativeError(x, y) === 0).toBe(true);
          });
        expect(merged.samples).toBe(samples.length);
        expect(merged.summary.deadChannels).toBe(whole.summary.deadChannels);
      },
    ),
    { numRuns: 200, seed: 7 },
  );
});

test('reports of other layers are refused', () => {
  const a = reportOf([new Float32Array(perSample)]);
  const b = { ...a, layers: [{ ...a.layers[0]!, name: 'b' }] };
  expect(() => mergeReports(a, b)).toThrow(
    '`b` must be a report of the same layers as `a`. Received: b/a/relu, against a/a/relu.',
  );
});
