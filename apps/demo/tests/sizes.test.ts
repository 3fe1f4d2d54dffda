import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright';
import { expect, test, vi } from 'vitest';
import { isolating, trainFor, visit } from './visit';

vi.setConfig({ testTimeout: 180_000 });
/** Kept for review; not part of the repository. */
const folder = resolve(import.meta.dirname, '__screenshots__');
mkdirSync(folder, { recursive: true });

const uses: Record<string, (page: Page) => Promise<unknown>> = {
  train: (page) => trainFor(page, 30),
  audit: async (page) => {
    await page.getByTestId('example').click();
    await page.getByTestId('report').waitFor({ timeout: 60_000 });
  },
  draw: async (page) => {
    await page.getByTestId('digit-3').click();
    await page.getByTestId('answer').waitFor({ timeout: 60_000 });
  },
};

/** Shows what is skipped while it is out of sight: a picture of the whole page must have it. */
const showAll = `document.styleSheets[0].insertRule('* { content-visibility: visible !important }')`;

/** What sticks out of the window to the right, and what hides a part of itself there. */
const overflowing = `[...document.querySelectorAll('main *, header, header *, footer *')]
  .filter((one) => {
    const { right, width } = one.getBoundingClientRect();
    const hides = one.tagName !== 'INPUT' && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible';
    return width > 0 && (right > innerWidth + 1 || hides);
  })
  .map((one) => one.outerHTML.slice(0, 100))`;

test.each(Object.keys(uses))('%s fits into every window from 360 to 1920 pixels', async (name) => {
  const query = `?page=${name}&lang=en`;
  await visit({ headers: isolating, query }, async ({ page, complaints }) => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await uses[name]!(page);
    await page.evaluate(showAll);
    for (const width of [360, 480, 768, 1024, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await expect
        .poll(() => page.evaluate('document.documentElement.scrollWidth'), { message: `${width} pixels` })
        .toBe(width);
      expect({ width, overflowing: await page.evaluate(overflowing) }).toEqual({ width, overflowing: [] });
      // What is out of sight is drawn at its leisure.
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true });
    }
    expect(complaints).toEqual([]);
  });
});
