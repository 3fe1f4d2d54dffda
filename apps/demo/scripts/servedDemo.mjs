import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import { chromium } from 'playwright';

/** The built demo in Chromium, isolated, ready to train. */
export async function servedDemo(query = '') {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const site = await servePages(resolve(import.meta.dirname, '../dist'), { headers });
  const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
  const args = ['--no-sandbox', '--disable-gpu'];
  const browser = await chromium.launch({ args, ...(executablePath ? { executablePath } : {}) });
  const page = await browser.newPage();
  const from = performance.now();
  await page.goto(site.url + query);
  const train = page.locator('.rl-primary:enabled');
  await train.waitFor({ timeout: 60_000 });
  const shown = performance.now() - from;
  // The cells come with the first look: everything is loaded then.
  await page.locator('.layers .rl-cell').first().waitFor({ timeout: 60_000 });
  return {
    page,
    shown,
    ready: performance.now() - from,
    close: async () => {
      await browser.close();
      site.close();
    },
  };
}
