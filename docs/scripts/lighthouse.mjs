// Lighthouse on the built site, as a telephone and as a desk: pnpm --filter @relumine/docs lighthouse [page …]
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import lighthouse, { desktopConfig } from 'lighthouse';
import { chromium } from 'playwright';

const least = 95;
const asked = process.argv.slice(2).filter((argument) => argument !== '--');
const kinds = ['index', 'guide/get-started', 'concepts/how-sure', 'concepts/dying-relu'];
const more = ['reference/activations', 'results/cures', 'zh/guide/get-started'];
const pages = asked.length > 0 ? asked : [...kinds, ...more];

const site = await servePages(resolve(import.meta.dirname, '../.vitepress/dist'), { gzip: true });
const port = await freePort();
const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
const browser = await chromium.launch({ args: [...flags, `--remote-debugging-port=${port}`], executablePath });

let low = 0;
for (const [form, config] of [
  ['telephone', undefined],
  ['desk', desktopConfig],
])
  for (const path of pages) {
    const { lhr } = await lighthouse(`${site.url}${path}.html`, { port, logLevel: 'error' }, config);
    const scores = Object.values(lhr.categories).map(({ title, score }) => [title, Math.round(100 * (score ?? 0))]);
    // How fast Lighthouse finds the machine: it takes 1,500 and more for granted, and slows a telephone's page down by 4.
    const speed = Math.round(lhr.environment.benchmarkIndex);
    console.log(`${form} ${path}: ${scores.map((score) => score.join(' ')).join(', ')} (speed ${speed})`);
    if (scores.every(([, score]) => score >= least)) continue;
    low++;
    for (const { id, auditRefs } of Object.values(lhr.categories))
      for (const audit of faultsOf(auditRefs, lhr.audits)) console.log(`  ${id}: ${audit}`);
  }
await browser.close();
site.close();
console.log(`${low} of ${2 * pages.length} visits below ${least}`);
process.exit(low === 0 ? 0 : 1);

/** What took points, with its figure. */
function faultsOf(references, audits) {
  return references
    .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9)
    .map(({ id }) => `${id} ${audits[id].score} ${audits[id].displayValue ?? ''}`);
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => done(free));
    });
  });
}
