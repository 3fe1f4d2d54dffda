import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './openSite';

const pages = ['index.html', 'guide/get-started.html', 'concepts/dying-relu.html', 'concepts/how-sure.html'];
const more = ['reference/activations.html', 'results/cures.html', 'zh/concepts/how-sure.html'];

let site: Site;

/** Points at the live network, for which the service worker that isolates its page loads it anew, once. */
async function isolated(page: Page): Promise<void> {
  await page.locator('.rl-standalone').hover();
  await page.waitForFunction('crossOriginIsolated');
}

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

test('every page has a title, a description and a language', async () => {
  const page = await site.browser.newPage();
  await page.goto(`${site.url}concepts/dying-relu.html`);
  await isolated(page);
  const seen = new Set<string>();
  for (const path of [...pages, ...more]) {
    await page.goto(site.url + path);
    const title = await page.title();
    const description = await page.locator('meta[name=description]').getAttribute('content');
    expect([path, (description ?? '').length > 20, seen.has(title)]).toEqual([path, true, false]);
    expect(await page.locator('html').getAttribute('lang')).toBe(path.startsWith('zh/') ? 'zh-CN' : 'en');
    seen.add(title);
  }
  await page.close();
});

test('the components of the concepts answer', async () => {
  const page = await site.browser.newPage();
  await page.goto(`${site.url}concepts/how-sure.html`);
  const verdict = page.locator('.rm-sure .rm-verdict');
  await expect.poll(() => verdict.textContent()).toContain('2.95 %');
  await page.locator('.rm-sure input').first().fill('3');
  await expect.poll(() => verdict.textContent()).toContain('0.30 %');

  await page.goto(`${site.url}concepts/dying-relu.html`);
  await isolated(page);
  const curve = page.locator('.rm-curve .rm-verdict');
  await expect.poll(() => curve.textContent()).toContain('does not fire');
  await page.locator('.rm-curve select').selectOption('leakyRelu (0.1)');
  await expect.poll(() => curve.textContent()).toMatch(/f′\(z\) = 0\.100.*fires/s);
  await page.close();
});

test('the live network waits until somebody wants it', async () => {
  const page = await site.browser.newPage({ viewport: { width: 1350, height: 300 } });
  await page.goto(`${site.url}concepts/dying-relu.html`);
  const network = page.locator('.rl-standalone');
  await network.waitFor({ state: 'attached' });
  await page.evaluate(() => document.documentElement.scrollTo(0, 0));
  // Below the first screen nothing starts, however long the page is read.
  await page.waitForTimeout(6000);
  expect(page.workers()).toEqual([]);
  await isolated(page);
  await expect.poll(() => page.workers().length, { timeout: 45_000 }).toBeGreaterThan(0);
  await page.close();
});

test('a page that is only looked at does not load again, and shows its network all the same', async () => {
  const page = await site.browser.newPage();
  await page.goto(`${site.url}concepts/dying-relu.html`);
  await page.evaluate('globalThis.first = true');
  await page.locator('.rl-cell').first().waitFor({ timeout: 45_000 });
  expect(await page.evaluate('globalThis.first')).toBe(true);
  await page.close();
});

test.each([1350, 412])('at %i pixels the live network comes without moving what is around it', async (width) => {
  const page = await site.browser.newPage({ viewport: { width, height: 900 } });
  await page.goto(`${site.url}concepts/dying-relu.html`);
  await isolated(page);
  await page.locator('.rl-cell').first().waitFor({ timeout: 45_000 });
  const shifts = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        new PerformanceObserver((list) => {
          done(
            list.getEntries().reduce((sum, entry) => sum + (entry as PerformanceEntry & { value: number }).value, 0),
          );
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(0), 500);
      }),
  );
  expect(shifts).toBeLessThan(0.05);
  await page.close();
});

test('the Chinese pages are Chinese to their components and their search', async () => {
  const page = await site.browser.newPage();
  await page.goto(`${site.url}zh/concepts/dying-relu.html`);
  await isolated(page);
  await page.getByRole('button', { name: '训练' }).waitFor();
  await page.locator('.DocSearch-Button').filter({ hasText: '搜索' }).waitFor();
  await expect
    .poll(() => page.locator('.rl-cell').first().getAttribute('aria-label'), { timeout: 45_000 })
    .toMatch(/^通道 0：存活，在 \d+ 张图像中的 \d+ % 上激活$/);
  await page.close();
});

test('an address without a page says so, in the language of its part', async () => {
  const page = await site.browser.newPage();
  for (const [path, words] of [
    ['404.html', 'There is no such page'],
    ['zh/nowhere.html', '没有这个页面'],
  ] as const) {
    // A static host answers with 404.html; the one of these tests is told to.
    await page.route(`${site.url}zh/nowhere.html`, (route) => route.fulfill({ path: site.file('404.html') }));
    await page.goto(site.url + path);
    await expect.poll(() => page.getByRole('main').textContent()).toContain(words);
  }
  await page.close();
});
