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

async function visit(path: string, look: (visit: Visit) => Promise<void>): Promise<void> {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 800 } });
  // A page left open would train on beside the tests after it.
  try {
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
  } finally {
    await context.close();
  }
}

test('the live component trains in the page, isolated, on threaded SIMD WASM, and its cells change', async () => {
  await visit('concepts/dying-relu.html', async ({ page, requests }) => {
    // Pointing at it loads the page anew, once: the service worker isolates it.
    await page.locator('.rl-standalone').hover();
    await page.waitForFunction('crossOriginIsolated', undefined, { timeout: 4000 });
    await page.getByRole('button', { name: /^Train/ }).click();
    const step = async () => Number(await page.getByTestId('step').textContent());
    await expect.poll(step, { timeout: 45_000 }).toBeGreaterThan(0);
    const cells = () =>
      page.locator('.rl-cell').evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label')));
    await expect.poll(async () => (await cells()).length).toBe(48);
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

test.each([...pages, 'concepts/dying-relu.html'])('%s is never wider than its window', async (path) => {
  await visit(path, async ({ page }) => {
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await expect
        .poll(() => page.evaluate('document.documentElement.scrollWidth'), { message: `${width} pixels` })
        .toBe(width);
    }
  });
});

test('search finds a function by its name', async () => {
  await visit('index.html', async ({ page }) => {
    await page.locator('.DocSearch-Button').click();
    await page.locator('.search-input').fill('firingRateBound');
    await page.locator('.results .result').filter({ hasText: 'firingRateBound' }).first().waitFor();
  });
});
