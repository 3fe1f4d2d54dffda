import { expect, test } from 'vitest';
import { displayWidth } from './displayWidth';
import { exampleLayer, exampleReport } from './exampleReport.testdata';
import { formatReport } from './formatReport';

test('one line per layer, the dead channels with their bound, the curve and the advice', () => {
  const report = exampleReport([
    exampleLayer('conv1', 8, [1, 2, 3, 7]),
    exampleLayer('conv2', 4, [], { nearlyDeadChannels: [2], activation: 'elu', path: ['backbone'] }),
  ]);
  expect(formatReport(report)).toMatchInlineSnapshot(`
    "4 of 12 channels dead (33.3 %) on 100 samples.

    layer           activation  channels      dead  fires on ≤ (95 %)  dead units  nearly dead  APoZ  dormant  least max z
    ──────────────  ──────────  ────────  ────────  ─────────────────  ──────────  ───────────  ────  ───────  ───────────
    conv1           relu               8  4 (50 %)             2.95 %        50 %            0  75 %        4       −0.031
    backbone/conv2  elu                4         0                  –         0 %            1  50 %        0            2

    conv1: dead: channels 1–3, 7
    backbone/conv2: nearly dead: channel 2

    Dead channels by samples: 6 after 10 → 4 after 100

    → Lower the learning rate."
  `);
});

test('a network where all is well says so and lists nothing', () => {
  const text = formatReport(exampleReport([exampleLayer('dense', 4, [])]));
  expect(text).toContain('No channel is dead: 4 channels in 1 layer on 100 samples.');
  expect(text).not.toContain('channels 0');
  expect(text).not.toContain('→ Lower');
});

test('what is not finite stands before the table, in numbers and in JSON strings alike', () => {
  const layer = exampleLayer('conv', 2, [], { nonFiniteChannels: [1] });
  layer.perChannel.apoz = [Number.NaN, 0.5];
  layer.perChannel.margin = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const text = formatReport(exampleReport([layer]));
  expect(text.indexOf('NaN or infinity in conv: look there first.')).toBeLessThan(text.indexOf('activation'));
  expect(text).toContain('conv: not finite: channel 1');
  expect(text).toMatch(/conv .* NaN .* −∞/);
  const encoded = JSON.parse(
    JSON.stringify(exampleReport([layer]), (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)),
  );
  expect(formatReport(encoded)).toBe(text);
});

test('empty reports: no layers, no samples, no channels, no curve', () => {
  expect(formatReport(exampleReport([], { curve: [], samples: 3 }))).toBe(
    'No layer with an activation was measured (3 samples).',
  );
  expect(formatReport(exampleReport([exampleLayer('a', 2, [])], { samples: 0, curve: [] }))).toMatch(
    /^2 channels in 1 layer, but no samples\.\n/,
  );
  expect(
    formatReport(exampleReport([exampleLayer('a', 0, [], { deadFraction: Number.NaN, deadUnitFraction: Number.NaN })])),
  ).toContain('No channels were measured');
});

test('a margin that cannot be seen is a dash, not a number', () => {
  const layer = exampleLayer('a', 2, []);
  layer.perChannel.margin = [null, null];
  expect(formatReport(exampleReport([layer])).split('\n')[4]).toMatch(/ –$/);
});

test('long names and control characters in names cannot break the table', () => {
  const evil = `\u001b[2J\n${'x'.repeat(500)}`;
  const lines = formatReport(exampleReport([exampleLayer(evil, 2, []), exampleLayer('畳み込み層', 2, [])])).split('\n');
  const table = lines.slice(2, 6);
  expect(lines.join('')).not.toContain('\u001b');
  expect(table[2]).toContain('…');
  expect(new Set(table.map((line) => displayWidth(line))).size).toBe(1);
});

test('a share is 0 % or 100 % only where it is', () => {
  const of = (deadUnitFraction: number): string =>
    formatReport(exampleReport([exampleLayer('a', 2, [], { deadUnitFraction })]));
  expect(of(1e-7)).toContain('<0.01 %');
  expect(of(1 - 1e-7)).toContain('>99.99 %');
  expect(of(0.9996)).toContain('99.96 %');
});

test('a bound is rounded up', () => {
  const layer = exampleLayer('a', 2, [0]);
  const of = (bound: number): string => {
    layer.perChannel.firingRateBound95 = [bound, 1];
    return formatReport(exampleReport([layer]));
  };
  expect(of(0.029513)).toContain(' 2.96 %');
  expect(of(0.000299528)).toContain(' 0.03 %');
  expect(of(0.0002985)).toContain(' 0.0299 %');
  expect(of(0.6)).toContain(' 60 %');
  expect(of(0.95)).toContain(' 95 %');
  expect(of(1)).toContain(' 100 %');
});

test('colours only where asked for', () => {
  const report = exampleReport([exampleLayer('conv1', 8, [1])]);
  expect(formatReport(report)).not.toContain('\u001b');
  expect(formatReport(report, { colors: true })).toContain('\u001b[31m1 of 8 channels dead');
});

test('what is not a report is refused', () => {
  for (const wrong of [null, undefined, 3, '{}', {}, { schema: 'relumine.report/2', layers: [] }])
    expect(() => formatReport(wrong as never)).toThrow(TypeError);
  expect(() => formatReport({ schema: 'relumine.runs/1' } as never)).toThrow(
    '[relumine/report/formatReport] `report` must be a report of schema "relumine.report/1". Received: schema "relumine.runs/1". auditModel and mergeReports return one; JSON text needs JSON.parse first.',
  );
});
