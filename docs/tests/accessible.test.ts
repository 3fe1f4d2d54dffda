import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './openSite';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const pages = ['index.html', 'guide/get-started.html', 'concepts/dying-relu.html', 'concepts/how-sure.html'];
const more = ['reference/activations.html', 'results/cures.html', 'zh/concepts/how-sure.html'];

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

test.each(['light', 'dark'] as const)('axe finds nothing to complain about, %s', async (colorScheme) => {
  const page = await site.browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
  for (const path of [...pages, ...more]) {
    await page.goto(site.url + path);
    await page.waitForLoadState('networkidle');
    await page.addScriptTag({ path: axe });
    const { violations } = (await page.evaluate('axe.run()')) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' · ')}`,
    );
    expect([path, found]).toEqual([path, []]);
  }
  await page.close();
});

test('every page has a title, a description and a language', async () => {
  const page = await site.browser.newPage();
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
  const curve = page.locator('.rm-curve .rm-verdict');
  await expect.poll(() => curve.textContent()).toContain('does not fire');
  await page.locator('.rm-curve select').selectOption('leakyRelu (0.1)');
  await expect.poll(() => curve.textContent()).toMatch(/f′\(z\) = 0\.100.*fires/s);
  await page.close();
});
