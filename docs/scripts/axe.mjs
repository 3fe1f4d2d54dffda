// What axe finds on the built site, every page at two widths in both themes: pnpm --filter @relumine/docs axe [page …]
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import { chromium } from 'playwright';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const built = resolve(import.meta.dirname, '../.vitepress/dist');
const asked = process.argv.slice(2).filter((argument) => argument !== '--');
const all = readdirSync(built, { recursive: true })
  .filter((file) => file.endsWith('.html'))
  .map((file) => file.replaceAll('\\', '/').slice(0, -5));
const pages = asked.length > 0 ? asked : all.sort();
// VitePress names its search button "Search", and shows a keyboard shortcut in it.
const rules = { 'label-content-name-mismatch': { enabled: false } };

const site = await servePages(built);
const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
const browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu'], executablePath });
let found = 0;
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ colorScheme });
  const page = await context.newPage();
  // The service worker that isolates the page loads it anew, once.
  await page.goto(`${site.url}concepts/dying-relu.html`);
  await page.waitForFunction('crossOriginIsolated');
  for (const path of pages) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${site.url}${path}.html`);
    await page.waitForLoadState('networkidle');
    await page.addScriptTag({ path: axe });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const { violations } = await page.evaluate((options) => globalThis.axe.run(options), { rules });
      for (const { id, nodes } of violations) {
        found++;
        const where = nodes.map(({ html }) => html.slice(0, 160)).join('\n  ');
        console.log(`${colorScheme} ${path} at ${width} pixels: ${id}\n  ${where}`);
      }
    }
  }
  await context.close();
}
await browser.close();
site.close();
console.log(`${found} violations on ${pages.length} pages, at two widths in two themes`);
process.exit(found === 0 ? 0 : 1);
