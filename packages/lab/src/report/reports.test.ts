import { describe, expect, test } from 'vitest';
import { runsToCsv, type SweepResult, type SweepRun, settingsOf, sweepToHtml } from '../index';
import { expandPlan } from '../sweep/plan';
import { formatSweep } from './formatSweep';
import { groupRuns } from './groups';

const specs = expandPlan({ epochs: 2, grid: { activation: ['relu', { name: 'elu', alpha: 0.5 }], seed: [1, 2, 3] } });
const accuracies = [0.9, 0.92, 0.94, 0.95, 0.96, 0.97];
const runs = specs.map((spec, i): SweepRun => {
  const settings = settingsOf(spec);
  const dead = i < 3 ? [0, 2] : [];
  const layer = {
    ...{
      name: 'conv1',
      channels: 4,
      units: 4,
      deadChannels: dead.length,
      deadUnitFraction: 0,
      firingRateBound95: 0.01,
    },
    ...{
      bornDead: i < 3 ? 1 : 0,
      died: i < 3 ? 1 : 0,
      revived: 0,
      deadIndices: dead,
      bornDeadIndices: dead.slice(0, 1),
    },
  };
  const epochs = [1, 2].map((epoch) => ({
    ...{ epoch, trainLoss: 1 / epoch, testAccuracy: accuracies[i]! - 0.1 * (2 - epoch), seconds: 1, layers: [layer] },
  }));
  const name = typeof settings.activation === 'string' ? settings.activation : settings.activation.name;
  return {
    ...{ key: spec.key, settings, activation: name, params: {}, normalization: 'none', seed: settings.seed },
    ...{ testAccuracy: accuracies[i]!, trainLoss: i === 5 ? 'NaN' : 0.5, seconds: 2, layers: [layer], epochs },
  };
});
const result: SweepResult = {
  schema: 'relumine.runs/1',
  plan: { grid: { seed: [1] } },
  versions: { relumine: '1.2.3', tfjs: '4.22.0' },
  runs,
  failed: [{ key: 'bad', error: '=cmd, "quoted" <b>', settings: settingsOf(specs[0]!) }],
};

test('runs that differ in their seed alone are a group; the best comes first', () => {
  const groups = groupRuns(result);
  expect(groups.map(({ label, runs: own }) => [label, own.length])).toEqual([
    ['elu (alpha 0.5)', 3],
    ['relu', 3],
  ]);
  // 0.92 ± 4.3027 · 0.02 / √3
  expect(groups[1]!.accuracy.mean).toBeCloseTo(0.92, 12);
  expect(groups[1]!.accuracy.low).toBeCloseTo(0.92 - (4.302652729749464 * 0.02) / Math.sqrt(3), 9);
  expect(groups.map(({ dead }) => dead.mean)).toEqual([0, 0.5]);
});

test('as text: a line for each setting, the best first; what is not the activation is named', () => {
  const lines = formatSweep(result).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[2]).toMatch(/^elu \(alpha 0\.5\) +3 +96\.00 % +93\.5 to 98\.5 +0\.0 % +NaN$/);
  expect(lines[3]).toMatch(/^relu +3 +92\.00 % +87\.0 to 97\.0 +50\.0 % +0\.5000$/);
  const slower = runs.map((run) => ({ ...run, settings: { ...run.settings, learningRate: run.seed / 100 } }));
  expect(formatSweep({ runs: slower })).toMatch(/^relu, learningRate 0\.01 +1 +90\.00 % +– /m);
  expect(formatSweep({ runs: [] })).toBe('No run ended.');
});

describe('CSV', () => {
  test('a line for each run, quoted as RFC 4180 has it, and no formula', () => {
    const lines = runsToCsv(result).split('\r\n');
    expect(lines).toHaveLength(9);
    const head = lines[0]!.split(',');
    expect(head.slice(-4)).toEqual(['conv1 channels', 'conv1 dead', 'conv1 bornDead', 'conv1 died']);
    const first = lines[1]!.split(',');
    expect(first[head.indexOf('activation')]).toBe('relu');
    expect([first[head.indexOf('testAccuracy')], first[head.indexOf('deadFraction')]]).toEqual(['0.9', '0.5']);
    expect(lines[4]).toContain('"{""name"":""elu"",""alpha"":0.5}"');
    expect(lines[6]).toContain(',NaN,');
    expect(lines[7]).toContain(`"'=cmd, ""quoted"" <b>"`);
  });
});

describe('HTML', () => {
  const page = sweepToHtml(result, { title: 'A <sweep>' });
  test('has the verdict, settings, curves, every channel, the plan and the versions; what is foreign is escaped', () => {
    expect(page).toContain('<title>A &lt;sweep&gt;</title>');
    expect(page).toContain('elu (alpha 0.5): 96.00 % of the test images are told right, 0 % of the channels are dead.');
    expect(page).toContain('&quot;quoted&quot; &lt;b&gt;');
    expect(page).not.toContain('<b>');
    expect(page.match(/<figure>/g)).toHaveLength(3);
    expect(page.match(/conv1: 2 of 4 channels dead"/g)).toHaveLength(3);
    expect(page).toContain('Relumine 1.2.3, TensorFlow.js 4.22.0.');
    expect(page).toContain('  &quot;grid&quot;: {\n');
    expect(page).not.toMatch(/<script|https?:\/\/|NaN[^<]*"\/>|undefined/);
  });

  test('numbers in drawings are numbers, also where one run alone, or none, is known', () => {
    for (const some of [result, { ...result, runs: runs.slice(0, 1) }, { ...result, runs: [] }]) {
      const drawn = sweepToHtml(some).match(/(?:d|cx|cy|x|y)="[^"]*"/g) ?? [];
      for (const attribute of drawn) expect(attribute).not.toMatch(/NaN|Infinity/);
    }
    expect(sweepToHtml({ ...result, runs: [] })).toContain('No run ended.');
  });
});
