// What axe finds on the built site, page by page, in both themes: pnpm --filter @relumine/docs axe
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import { chromium } from 'playwright';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const pages = ['index', 'guide/get-started', 'concepts/how-sure', 'concepts/dying-relu', 'concepts/myths'];
const more = ['guides/vite', 'reference/activations', 'results/cures', 'design/index', 'zh/concepts/how-sure'];
// VitePress names its search button "Search", and shows a keyboard shortcut in it.
const rules = { 'label-content-name-mismatch': { enabled: false } };

const site = await servePages(resolve(import.meta.dirname, '../.vitepress/dist'));
const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
const browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu'], executablePath });
let found = 0;
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ colorScheme });
  const page = await context.newPage();
  // The service worker that isolates the page loads it anew, once.
  await page.goto(`${site.url}concepts/dying-relu.html`);
  await page.waitForFunction('crossOriginIsolated');
  for (const path of [...pages, ...more]) {
    await page.goto(`${site.url}${path}.html`);
    await page.waitForLoadState('networkidle');
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate((options) => globalThis.axe.run(options), { rules });
    for (const { id, nodes } of violations) {
      found++;
      console.log(`${colorScheme} ${path}: ${id}\n  ${nodes.map(({ html }) => html.slice(0, 160)).join('\n  ')}`);
    }
  }
  await context.close();
}
await browser.close();
site.close();
console.log(`${found} violations on ${pages.length + more.length} pages, in two themes`);
process.exit(found === 0 ? 0 : 1);
