import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import { chromium } from 'playwright';

/**
 * The built demo and a browser that has not opened it yet. `session` speaks to the page as its debugger does: Playwright's
 * own ways put a script into the page, which takes the page's time.
 */
export async function demoInBrowser() {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const site = await servePages(resolve(import.meta.dirname, '../dist'), { headers });
  const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
  const args = ['--no-sandbox', '--disable-gpu'];
  const browser = await chromium.launch({ args, ...(executablePath ? { executablePath } : {}) });
  const page = await browser.newPage();
  return {
    page,
    session: await page.context().newCDPSession(page),
    open: (query) => page.goto(site.url + query, { waitUntil: 'commit' }),
    close: async () => {
      await browser.close();
      site.close();
    },
  };
}

/** The built demo in Chromium, isolated, ready to train. */
export async function servedDemo(query = '') {
  const { page, open, close } = await demoInBrowser();
  await open(query);
  await page.locator('.rl-primary:enabled').waitFor({ timeout: 60_000 });
  // The cells come with the first look: everything is loaded then.
  await page.locator('.layers .rl-cell').first().waitFor({ timeout: 60_000 });
  return { page, close };
}
