import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { startWasm } from '@relumine/wasm-backend';
import { beforeAll, expect, test } from 'vitest';
import { packedDigits, splitImages } from '../data/packedImages';
import { planarData } from '../data/planarData';
import { Session } from '../engine/session';
import { Trainer } from '../engine/trainer';
import type { Audited } from '../protocol';
import { recycledAt, type SceneName, sceneNamed, sceneNames, scenes } from './scenes';

beforeAll(async () => {
  await startWasm({ threads: 2 });
});

const packed = readFileSync(new URL('../../assets/digits.bin', import.meta.url));
const digits = splitImages(new Uint8Array(gunzipSync(packed)), packedDigits);

/** Trains a scene as the page does, and looks at its networks after the steps that are asked for. */
async function play(name: SceneName, looks: readonly number[]): Promise<{ audits: Audited[][]; losses: number[][] }> {
  const { plan, script } = sceneNamed(name)!;
  const data = plan.data === 'digits' ? digits : planarData('circles', plan.seed);
  const session = await Session.build(1, plan, script, data);
  const audits: Audited[][] = [];
  const losses: number[][] = [];
  const trainer = new Trainer(session, (report) => {
    if (report.type === 'steps') losses.push(...report.steps.map(({ loss }) => loss));
  });
  try {
    for (let step = 0; step <= looks.at(-1)!; step++) {
      if (looks.includes(step)) {
        const seen: Audited[] = [];
        for (const run of session.runs) seen.push(await session.audit(run));
        audits.push(seen);
      }
      if (step < looks.at(-1)!) await trainer.trainOnce();
    }
    return { audits, losses };
  } finally {
    session.dispose();
  }
}

test('every scene has its name and at most four networks', () => {
  expect(scenes.map(({ name }) => name)).toEqual([...sceneNames]);
  for (const { plan } of scenes) expect(plan.networks.length).toBeLessThanOrEqual(4);
});

test('rate: within twenty steps more than half of B is dead, and none of A', async () => {
  const { audits } = await play('rate', [0, 20]);
  const [start, end] = audits;
  expect(start!.map(({ deadFraction }) => deadFraction)).toEqual([0, 0]);
  expect(end![0]!.deadFraction).toBe(0);
  expect(end![1]!.deadFraction).toBeGreaterThan(0.5);
});

test('bornDead: A is dead before its first step and stays so; leaky, or wide, learns', async () => {
  const { audits, losses } = await play('bornDead', [0, 80]);
  const [start, end] = audits;
  expect(start![0]!.layers.at(-1)!.marks.every((mark) => mark === 'bornDead')).toBe(true);
  expect(end![0]!.deadFraction).toBe(start![0]!.deadFraction);
  expect(start![1]!.deadFraction).toBe(0);
  const last = losses.slice(-10).reduce((sum, loss) => sum.map((value, i) => value + loss[i]! / 10), [0, 0, 0]);
  // Chance is ln 2.
  expect(last[0]).toBeGreaterThan(0.68);
  expect(last[1]).toBeLessThan(0.62);
  expect(last[2]).toBeLessThan(0.2);
});

test('leakyAfter: A and B are equal to the last digit, and C keeps all its channels', async () => {
  const { audits, losses } = await play('leakyAfter', [20]);
  for (const [a, b] of losses) expect(b).toBe(a);
  const [a, b, c] = audits[0]!;
  expect(a!.deadFraction).toBeGreaterThan(0.5);
  expect(b!.layers).toEqual(a!.layers);
  expect(c!.deadFraction).toBe(0);
});

test('spectral: B is born with three quarters dead, A with hardly any, and training brings none of them back', async () => {
  const { audits } = await play('spectral', [0, 20]);
  const [start, end] = audits;
  expect(start![0]!.deadFraction).toBeLessThan(0.05);
  expect(start![1]!.deadFraction).toBeGreaterThan(0.7);
  expect(end![1]!.deadFraction).toBeGreaterThanOrEqual(start![1]!.deadFraction);
});

test('recycled: what died in B lights up again at once, and A stays dark', async () => {
  const { audits, losses } = await play('recycled', [recycledAt, recycledAt + 5]);
  const [before, after] = audits;
  expect(before![1]!.deadFraction).toBeGreaterThan(0.5);
  expect(after![0]!.deadFraction).toBeGreaterThan(0.5);
  expect(after![1]!.deadFraction).toBeLessThan(0.05);
  expect(after![1]!.layers.flatMap(({ marks }) => marks)).toContain('revived');
  // At the very step the function is unchanged, up to rounding.
  const [a, b] = losses[recycledAt]!;
  expect(Math.abs(b! - a!)).toBeLessThan(1e-3 * a!);
});
