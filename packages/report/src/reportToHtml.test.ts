import type { CertificateReport } from '@relumine/core';
import { expect, test } from 'vitest';
import { exampleLayer, exampleReport } from './exampleReport.testdata';
import { deadMap } from './layerExtras';
import { reportToHtml } from './reportToHtml';
import { reportToSvg } from './reportToSvg';

test('verdict, advice, layers, dead channels with their figures, curve and words', () => {
  const html = reportToHtml(exampleReport([exampleLayer('conv1', 8, [1, 2, 3, 7]), exampleLayer('conv2', 4, [])]));
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html).toContain('<strong>4 of 12 channels dead (33.3 %)</strong> on 100 samples.');
  expect(html).toContain('<li>Lower the learning rate.</li>');
  expect(html).toContain('aria-label="conv1: dead: channels 1–3, 7"');
  expect(html).toContain('aria-label="conv2: all 4 channels alive"');
  expect(html).toContain('Dead channels fall from 6 after 10 samples to 4 after 100.');
  expect(html).toContain('≤ 2.95 %');
});

test('no address of any kind but the name of the SVG dialect', () => {
  const report = exampleReport([exampleLayer('conv1', 8, [1])]);
  expect(reportToHtml(report)).not.toMatch(/https?:|\/\/|url\(|@import|<script/);
  expect(reportToSvg(report).replace('http://www.w3.org/2000/svg', '')).not.toMatch(
    /https?:|\/\/|url\(|@import|<script/,
  );
});

test('certificates stand beside what was seen', () => {
  const certificate: CertificateReport = {
    schema: 'relumine.certificate/1',
    inputShapes: [[2]],
    layers: [
      {
        name: 'd<1>',
        source: 'd',
        path: ['inner'],
        activation: 'relu',
        channels: 3,
        verdicts: ['dead', 'canFire', 'unknown'],
        deadChannels: [0],
        alwaysActiveChannels: [],
        canFireChannels: [1],
        unknownChannels: [2],
        lower: [-2, -1, -1],
        upper: [-1, 1, 1],
        witness: [null, 0, null],
      },
    ],
    summary: { channels: 3, dead: 1, alwaysActive: 0, canFire: 1, unknown: 1 },
    witnesses: [[[0, 1]]],
  };
  const html = reportToHtml(exampleReport([exampleLayer('d', 3, [0])]), { certificate });
  expect(html).toContain('1 of 3 channels are dead for every input of the box');
  expect(html).toContain('inner/d&lt;1&gt;');
});

test('a layer’s map, ranks and classes, and the spread of the input', () => {
  const layer = exampleLayer('conv', 2, [], {
    shape: [2, 2],
    rank: { effective: 1.5, stable: 'NaN' },
    classes: {
      samples: [3, 1],
      fired: [
        [3, 0],
        [1, 1],
      ],
    },
  });
  Object.assign(layer.statistics, { positions: 4, unitFired: [1, 1, 0, 0, 1, 0, 1, 1], unitNan: new Array(8).fill(0) });
  expect(deadMap(layer)).toEqual([
    [0, 1],
    [0.5, 0],
  ]);
  const inputs = [{ name: '<x>', values: 4, nonFinite: 0, sum: 2, sumSquares: 2, min: 0, max: 1 }];
  const html = reportToHtml(exampleReport([layer], { inputs }));
  expect(html).toContain('Share of dead channels by position of conv: 0 % to 100 %');
  expect(html).toContain('Effective rank 1.5 of 2, stable rank');
  expect(html).toMatch(
    /By class.*<th scope="row">1<\/th><td class="n">1<\/td><td class="n">2<\/td><td class="n">1<\/td>/s,
  );
  expect(html).toMatch(/&lt;x&gt;<\/th><td class="n">4<\/td><td class="n">0\.5<\/td><td class="n">0\.5<\/td>/);
  // A large layer is averaged, a dense one has no map.
  const [height, width] = [112, 60];
  const large = exampleLayer('large', 1, [], { shape: [height, width] });
  const unitFired = Array.from({ length: height * width }, (_, i) => (i % 2 === 0 ? 0 : 1));
  Object.assign(large.statistics, { positions: height * width, unitFired, unitNan: unitFired.map(() => 0) });
  expect(deadMap(large)!.map((row) => row.length)).toEqual(new Array(56).fill(30));
  expect(new Set(deadMap(large)!.flat())).toEqual(new Set([0.5]));
  expect(deadMap(exampleLayer('dense', 3, [0]))).toBeUndefined();
});

test('empty and odd reports are drawn, too', () => {
  const odd = exampleLayer('odd', 2, [], { deadFraction: Number.NaN });
  odd.perChannel.firingRate = [Number.NaN, Number.POSITIVE_INFINITY];
  odd.perChannel.margin = [null, Number.NaN];
  const reports = [
    exampleReport([], { curve: [] }),
    exampleReport([exampleLayer('none', 0, [], { deadFraction: Number.NaN })]),
    exampleReport([odd], { curve: [{ samples: 0, deadChannels: 0 }] }),
    exampleReport([odd], { curve: [5, 5].map((samples) => ({ samples, deadChannels: 0 })) }),
  ];
  for (const report of reports)
    for (const text of [reportToHtml(report), reportToSvg(report)]) {
      expect(text).not.toMatch(/undefined|\[object|="[^"]*NaN/);
      expect(text).not.toMatch(/d="[^"]*(NaN|Infinity)/);
    }
});

test('ten thousand channels stay a small file', () => {
  const many = exampleLayer(
    'wide',
    10_000,
    Array.from({ length: 5000 }, (_, i) => 2 * i),
  );
  expect(reportToHtml(exampleReport([many])).length).toBeLessThan(1_000_000);
});

test('what is not a report is refused', () => {
  expect(() => reportToHtml({} as never)).toThrow('[relumine/report/reportToHtml] `report` must be a report');
  expect(() => reportToSvg(null as never)).toThrow('[relumine/report/reportToSvg] `report` must be a report');
});
