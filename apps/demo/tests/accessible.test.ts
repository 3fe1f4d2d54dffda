import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright';
import { expect, test, vi } from 'vitest';
import { isolating, trainFor, visit } from './visit';

// Each state of each page is looked at in two themes, two languages and two widths.
vi.setConfig({ testTimeout: 240_000 });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, as lines; it is put in through the debugger, since the page's policy lets no other script in. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(axe);
  const { violations: found } = (await page.evaluate('axe.run()')) as AxeResults;
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

const small = '&data=circles&kind=dense&depth=2&width=8&activation=relu,elu&learningRate=0.03';
/** Every page as it is found, and as it is used. */
const states: [string, (page: Page) => Promise<unknown>][] = [
  [`?page=train${small}`, (page) => page.locator('.layers .rl-cell').first().waitFor({ timeout: 45_000 })],
  [
    '?page=train&scene=rate',
    async (page) => {
      await trainFor(page, 30);
      await page.locator('.primary.rl-primary').click();
      await page.locator('.layers .rl-cell').first().click();
      await page.locator('.channel-kernel').waitFor({ timeout: 30_000 });
      for (const more of await page.locator('details.more').all()) await more.locator('summary').click();
    },
  ],
  ['?page=train&data=own', (page) => page.getByRole('alert').waitFor({ timeout: 45_000 })],
  ['?page=audit', (page) => page.getByTestId('example').waitFor()],
  [
    '?page=audit',
    async (page) => {
      await page.getByTestId('example').click();
      await page.getByTestId('report').waitFor({ timeout: 60_000 });
    },
  ],
  ['?page=draw', (page) => page.getByTestId('pad').waitFor()],
  [
    '?page=draw',
    async (page) => {
      await page.getByTestId('digit-4').click();
      await page.getByTestId('answer').waitFor({ timeout: 60_000 });
    },
  ],
];

test.each(states)('%s: axe finds nothing, in any theme, language or width', async (query, use) => {
  await visit({ headers: isolating, query: `${query}&lang=en` }, async ({ page, complaints }) => {
    await use(page);
    const found: string[] = [];
    for (const language of ['English', '中文'])
      for (const theme of ['light', 'dark']) {
        await page.getByRole('radio', { name: language }).check({ force: true });
        await page.locator(`input[name=theme][value=${theme}]`).check({ force: true });
        for (const width of [390, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          for (const line of await violations(page)) found.push(`${language}, ${theme}, ${width}: ${line}`);
        }
      }
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
