// Screenshots of the built demo for review, in every size, colour and language:
// pnpm --filter @relumine/demo screenshots [folder] [page …]
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import { chromium } from 'playwright';

const [folder = 'screenshots', ...asked] = process.argv.slice(2).filter((argument) => argument !== '--');
const target = resolve(process.env.INIT_CWD ?? '.', folder);
const widths = [360, 768, 1440, 1920];
const pages = asked.length > 0 ? asked : ['train', 'audit', 'draw'];
mkdirSync(target, { recursive: true });

const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const site = await servePages(resolve(import.meta.dirname, '../dist'), { headers });
const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
const args = ['--no-sandbox', '--disable-gpu'];
const browser = await chromium.launch({ args, ...(executablePath ? { executablePath } : {}) });

/** What makes a page worth looking at. */
const prepare = {
  train: async (page) => {
    await page.getByRole('button', { name: /^(Train|训练)/ }).click();
    await page.waitForFunction(
      () => Number(document.querySelector('[data-testid=step]')?.textContent) >= 60,
      undefined,
      {
        timeout: 60_000,
      },
    );
  },
  audit: async (page) => {
    await page.getByTestId('example').click();
    await page.getByTestId('report').waitFor({ timeout: 60_000 });
    await page.waitForTimeout(500);
  },
  draw: async (page) => {
    await page.getByTestId('digit-3').click();
    await page.getByTestId('answer').waitFor({ timeout: 60_000 });
    await page.waitForTimeout(300);
  },
};

for (const name of pages)
  for (const [lang, theme] of [
    ['en', 'light'],
    ['zh', 'dark'],
  ]) {
    const page = await browser.newPage({ viewport: { width: widths[0], height: 900 }, colorScheme: null });
    page.on('console', (message) => console.log(`${name}: ${message.type()}: ${message.text()}`));
    await page.goto(`${site.url}?page=${name}&lang=${lang}&theme=${theme}`);
    await page.screenshot({ path: join(target, `${name}-${lang}-${theme}-start.png`), fullPage: true });
    await prepare[name](page).catch((error) => console.log(`${name}: ${error.message.split('\n')[0]}`));
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      // What is out of sight is not drawn: all of the page is in sight for the picture.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(1000);
      const path = join(target, `${name}-${lang}-${theme}-${width}.png`);
      await page.screenshot({ path, fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      console.log(`${path}${wide > 0 ? `: ${wide} pixels too wide` : ''}`);
    }
    await page.close();
  }
await browser.close();
site.close();
process.exit();
