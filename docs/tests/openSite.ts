import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import { type Browser, chromium } from 'playwright';

const built = resolve(import.meta.dirname, '../.vitepress/dist');
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The built site on a port of this machine, and a Chromium to look at it. */
export interface Site {
  url: string;
  browser: Browser;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  if (!existsSync(resolve(built, 'index.html')))
    throw new Error('The documentation is not built. Run: pnpm turbo run build --filter=@relumine/docs');
  const site = await servePages(built);
  const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
  const browser = await chromium.launch({ args: flags, ...(executablePath ? { executablePath } : {}) });
  const close = async (): Promise<void> => {
    await browser.close();
    site.close();
  };
  return { url: site.url, browser, close };
}
