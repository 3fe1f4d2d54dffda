import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './openSite';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

interface Visit {
  page: Page;
  complaints: string[];
  requests: string[];
}

async function visit(path: string, look: (visit: Visit) => Promise<void>, width = 1280): Promise<void> {
  const context = await site.browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  context.on('request', (request) => requests.push(request.url()));
  await page.goto(site.url + path);
  await look({ page, complaints, requests });
  expect(complaints).toEqual([]);
  expect(requests.filter((url) => !/^(http:\/\/localhost|blob:|data:)/.test(url))).toEqual([]);
  await context.close();
}

test('the live component trains in the page, isolated, on threaded SIMD WASM, and its cells change', async () => {
  await visit('concepts/dying-relu.html', async ({ page, requests }) => {
    await page.waitForFunction('crossOriginIsolated', undefined, { timeout: 4000 });
    await page.getByRole('button', { name: /^Train/ }).click();
    const step = async () => Number(await page.getByTestId('step').textContent());
    await expect.poll(step, { timeout: 45_000 }).toBeGreaterThan(0);
    const cells = () =>
      page.locator('.rl-cell').evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label')));
    await expect.poll(async () => (await cells()).length).toBeGreaterThan(90);
    const before = await cells();
    await expect.poll(cells, { timeout: 30_000 }).not.toEqual(before);
    expect(requests.some((url) => /threaded-simd.*\.wasm$/.test(url))).toBe(true);
  });
});

const pages = [
  'index.html',
  'guide/get-started.html',
  'concepts/how-sure.html',
  'concepts/myths.html',
  'guides/vite.html',
  'design/own-kernels.html',
  'zh/concepts/myths.html',
  'guides/revive.html',
  'reference/activations.html',
  'reference/cli.html',
  'results/spectral-norm.html',
  'design/index.html',
  'api/index.html',
  'zh/guide/get-started.html',
];

test.each([360, 768, 1440])('no page is wider than a window of %i pixels', async (width) => {
  for (const path of [...pages, 'concepts/dying-relu.html']) {
    await visit(
      path,
      async ({ page }) => {
        await page.waitForLoadState('networkidle');
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width]);
      },
      width,
    );
  }
});

test('search finds a function by its name', async () => {
  await visit('index.html', async ({ page }) => {
    await page.locator('.DocSearch-Button').click();
    await page.locator('.search-input').fill('firingRateBound');
    await page.locator('.results .result').first().waitFor();
    expect(await page.locator('.results').textContent()).toContain('firingRateBound');
  });
});
