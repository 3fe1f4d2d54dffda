import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { built, cellsOf, foreign, type Host, isolating, stepOf, trainFor, visit } from './visit';

test('where the host sets the headers: threaded SIMD WASM trains, cells change, pause and reset hold', async () => {
  await visit({ headers: isolating }, async ({ page, complaints, requests }) => {
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    await trainFor(page, 1);
    await expect.poll(async () => (await cellsOf(page)).length).toBeGreaterThan(90);
    const before = await cellsOf(page);
    await expect.poll(() => stepOf(page), { timeout: 45_000 }).toBeGreaterThanOrEqual(21);
    await expect.poll(() => cellsOf(page)).not.toEqual(before);
    await page.getByRole('button', { name: 'Pause' }).click();
    // The step under way is still counted; after it nothing moves.
    const moved = async () => {
      const before = await stepOf(page);
      await page.waitForTimeout(500);
      return (await stepOf(page)) - before;
    };
    await expect.poll(moved, { timeout: 45_000 }).toBe(0);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => stepOf(page), { timeout: 45_000 }).toBe(0);
    expect(requests.some((url) => /threaded-simd.*\.wasm$/.test(url))).toBe(true);
    expect(foreign(requests)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

test('dead channels are revived in mid-training, step by step, and a link keeps the choices', async () => {
  await visit({ headers: isolating }, async ({ page, complaints }) => {
    await trainFor(page, 60);
    const dead = async () => (await cellsOf(page)).filter((label) => label.includes(': dead')).length;
    await expect.poll(dead, { timeout: 30_000 }).toBeGreaterThan(10);
    await page.getByRole('button', { name: 'Pause' }).click();
    const second = page.getByRole('article', { name: 'Network B' });
    await second.locator('select[name=learningRate]').selectOption('0.001');
    expect(page.url()).toContain('learningRate=0.003%2C0.001');
    await second.getByRole('button', { name: 'Revive' }).click();
    await expect
      .poll(() => second.getByTestId('result').textContent(), { timeout: 15_000 })
      .toContain('channels were recycled');
    await expect.poll(dead, { timeout: 15_000 }).toBeLessThan(5);
    const before = await stepOf(page);
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await expect.poll(() => stepOf(page), { timeout: 15_000 }).toBe(before + 1);
    await page.getByRole('link', { name: 'Born dead' }).click();
    expect(page.url()).toContain('scene=bornDead');
    await expect.poll(() => page.locator('select[name=activation]').nth(1).inputValue()).toBe('leakyRelu');
    expect(complaints).toEqual([]);
  });
});

test('a rate that a scene changes by itself is the one that is shown', async () => {
  await visit({ headers: isolating, query: '?scene=recycled' }, async ({ page }) => {
    const rates = () =>
      page
        .locator('select[name=learningRate]')
        .evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value));
    await expect.poll(rates, { timeout: 30_000 }).toEqual(['0.03', '0.03']);
    await trainFor(page, 60);
    await expect.poll(rates, { timeout: 15_000 }).toEqual(['0.001', '0.001']);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(rates, { timeout: 15_000 }).toEqual(['0.03', '0.03']);
  });
});

test('where it sets none, the service worker isolates the page, and it trains on threads', async () => {
  await visit({}, async ({ page, complaints, requests }) => {
    await page.waitForFunction(() => crossOriginIsolated, undefined, { timeout: 30_000 });
    await trainFor(page, 3);
    expect(requests.some((url) => /threaded-simd.*\.wasm$/.test(url))).toBe(true);
    expect(foreign(requests)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

test('where no service worker may run, it trains on one thread and says so', async () => {
  const prepare = (page: Page) =>
    page.addInitScript("Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined })");
  await visit({ prepare }, async ({ page, complaints }) => {
    await expect
      .poll(() => page.locator('.control-status').textContent(), { timeout: 30_000 })
      .toContain('could not be isolated');
    await trainFor(page, 3);
    expect(complaints).toEqual([]);
  });
});

const failures: [string, Host, string][] = [
  ['a missing data file', { missing: /digits.*\.bin$/ }, 'digits.bin'],
  [
    'no WASM SIMD',
    { prepare: (page) => page.addInitScript('WebAssembly.validate = () => false') },
    'no WebAssembly SIMD',
  ],
  ['a blocked worker', { missing: /training\.worker.*\.js$/ }, 'Allow scripts and workers'],
];

test.each(failures)('%s is said in a sentence, and nothing is frozen', async (_name, host, sentence) => {
  await visit({ headers: isolating, ...host }, async ({ page }) => {
    await expect.poll(() => page.getByRole('alert').textContent(), { timeout: 15_000 }).toContain(sentence);
    await expect.poll(() => page.getByRole('button', { name: /^Train/ }).isDisabled(), { timeout: 15_000 }).toBe(true);
    await page.locator('select[name=activation]').first().selectOption('relu');
  });
});

/** Bytes of scripts, gzipped; without the module that holds WASM binaries as text. */
const packed = (files: Iterable<string>): number =>
  [...files]
    .map((file) => readFileSync(resolve(built, `.${file}`)))
    .filter((code) => !code.includes('AGFzbQ'))
    .reduce((sum, code) => sum + gzipSync(code).length, 0);

test('until it trains, the demo loads at most 60 kB of JavaScript for the page, and 250 kB with the engine in its worker', async () => {
  const asked = new Set<string>();
  const headers = (path: string): Record<string, string> => {
    if (path.endsWith('.js')) asked.add(path);
    return isolating(path);
  };
  // The service worker would load what later visits need.
  await visit({ headers, browser: { serviceWorkers: 'block' } }, async ({ page }) => {
    await trainFor(page, 1);
    const files = [...asked];
    // The page asks for its worker when all of its own is there.
    const own = files.slice(
      0,
      files.findIndex((path) => path.includes('training.worker-')),
    );
    expect(own.length).toBeGreaterThan(1);
    expect(packed(own)).toBeLessThan(60_000);
    expect(packed(asked)).toBeLessThan(250_000);
  });
});
