import { readFileSync } from 'node:fs';
import type { DeadNeuronReport } from '@relumine/core';
import { expect, test } from 'vitest';
import { mergeReports } from '../mergeReports';
import { buildReport } from '../report';
import { readReport, reportJsonSchema, writeReport } from '../schema';
import { ChannelAccumulator } from '../statistics/channelStatistics';
import { layerReport } from '../statistics/layerReport';

/** Two channels, the second with a NaN. */
function report(nonFinite: 'propagate' | 'ignore' = 'propagate'): DeadNeuronReport {
  const accumulator = new ChannelAccumulator({ activation: 'relu', channels: 2, nonFinite });
  const h = [1, Number.NaN, 0, Number.NaN, 0.1, Number.POSITIVE_INFINITY];
  accumulator.update({ samples: 3, h, z: h });
  const identity = { name: 'a', source: 'a', path: ['inner'], activation: 'relu' };
  const layer = layerReport(identity, accumulator.snapshot()!);
  return buildReport([layer], 3, [{ samples: 3, deadChannels: 0 }]);
}

test.each(['propagate', 'ignore'] as const)(
  'written and read, a report is the same, NaN and infinities too: %s',
  (p) => {
    const original = report(p);
    const read = readReport(writeReport(original, 2));
    expect(read).toEqual(original);
    expect(read.layers[0]!.perChannel.mean[1]).toBe(p === 'propagate' ? Number.NaN : Number.POSITIVE_INFINITY);
    expect(mergeReports(read, original)).toEqual(mergeReports(original, original));
  },
);

test('the shipped JSON Schema is that of the reader', () => {
  const shipped = JSON.parse(readFileSync(new URL('../../report.schema.json', import.meta.url), 'utf8'));
  expect(shipped).toEqual(JSON.parse(JSON.stringify(reportJsonSchema())));
});

const change = (edit: (copy: DeadNeuronReport) => void): string => {
  const copy = JSON.parse(writeReport(report())) as DeadNeuronReport;
  edit(copy);
  return JSON.stringify(copy);
};

test.each<[string, unknown, string]>([
  ['no JSON', '{', '`json` must be JSON. Received: "{".'],
  ['nothing', null, 'must be a relumine.report/1; report: '],
  ['another schema', change((r) => Object.assign(r, { schema: 'relumine.runs/1' })), 'report.schema: '],
  ['NaN that JSON lost', change((r) => Object.assign(r.layers[0]!.perChannel, { mean: [1, null] })), '.mean[1]: '],
  [
    'a share above 1',
    change((r) => Object.assign(r.layers[0]!, { deadFraction: 2 })),
    'report.layers[0].deadFraction: ',
  ],
  ['a missing channel', change((r) => r.layers[0]!.perChannel.mean.pop()), 'perChannel.mean has 1 entries for 2'],
  ['a missing unit', change((r) => r.layers[0]!.statistics.unitFired.pop()), 'unitFired has 1 entries for 2'],
  ['a channel too many', change((r) => r.layers[0]!.silentChannels.push(7)), 'silentChannels names a channel beyond 1'],
  [
    'a wrong fraction',
    change((r) => r.layers[0]!.deadChannels.push(0)),
    'deadFraction is not that of its deadChannels',
  ],
  ['a wrong sum', change((r) => Object.assign(r.summary, { deadChannels: 2 })), 'summary.deadChannels is not the 0'],
])('%s is named', (_, json, message) => {
  expect(() => readReport(json)).toThrow(message);
});
