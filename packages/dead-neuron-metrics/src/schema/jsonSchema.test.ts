import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildReport } from '../report';
import { ChannelAccumulator } from '../statistics/channelStatistics';
import { layerReport } from '../statistics/layerReport';
import { writeReport } from './readReport';
import { parseReport } from './reportSchema';

const schema = JSON.parse(readFileSync(new URL('../../report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: false }).compile(schema);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A report with every optional part in it. */
function example(): Json {
  const accumulator = new ChannelAccumulator({ activation: 'relu', channels: 2 });
  const h = [1, Number.NaN, 0, Number.NEGATIVE_INFINITY];
  accumulator.update({ samples: 2, h, z: h });
  const identity = { name: 'a', source: 'a', path: ['inner'], activation: 'relu', shape: [1] };
  const layer = layerReport(identity, accumulator.snapshot()!);
  const classes = {
    samples: [1, 1],
    fired: [
      [1, 0],
      [0, 0],
    ],
  };
  const report = buildReport([{ ...layer, classes, rank: { effective: 1, stable: 'NaN', gram: [1, 0.5, 'NaN'] } }], 2, [
    { samples: 2, deadChannels: 0 },
  ]);
  const input = { name: 'x', values: 4, nonFinite: 0, sum: 1, sumSquares: 2, min: 0, max: 'Infinity' as const };
  return JSON.parse(writeReport({ ...report, inputs: [input] }));
}

/** Every place in a JSON value. */
function* places(value: Json, path: (string | number)[] = []): Generator<(string | number)[]> {
  yield path;
  if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* places(one, [...path, i]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) yield* places(one, [...path, key]);
}

function replaced(value: Json, path: readonly (string | number)[], by: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, Json>;
  const inner = replaced(copy[key]!, rest, by);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy as Json;
}

test('any program that trusts the published JSON Schema accepts what the reader accepts, and nothing else', () => {
  const report = example();
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect('report' in parseReport(report)).toBe(true);
  const all = [...places(report)].slice(1);
  const value = fc.constantFrom<(Json | undefined)[]>(
    undefined,
    null,
    true,
    -1,
    0.5,
    3,
    1e300,
    'NaN',
    'Infinity',
    'x',
    [],
    [-1],
    ['NaN'],
    {},
  );
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...all), value, (path, by) => {
      const changed = replaced(report, path, by);
      const accepted = 'report' in parseReport(changed);
      expect([path, by, validate(changed)]).toEqual([path, by, accepted]);
      if (!accepted) refused++;
    }),
    { numRuns: 2000, seed: 11 },
  );
  expect(refused).toBeGreaterThan(500);
});
