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
  /** Where a built file is. */
  file(name: string): string;
  close(): Promise<void>;
}

/** How Chromium is started: the one of CHROMIUM_PATH, of the system, or playwright's own. */
export function launchOptions(): { args: string[]; executablePath?: string } {
  const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
  return { args: flags, ...(executablePath ? { executablePath } : {}) };
}

export async function openSite(): Promise<Site> {
  if (!existsSync(resolve(built, 'index.html')))
    throw new Error('The documentation is not built. Run: pnpm turbo run build --filter=@relumine/docs');
  const site = await servePages(built);
  const browser = await chromium.launch(launchOptions());
  const close = async (): Promise<void> => {
    await browser.close();
    site.close();
  };
  return { url: site.url, browser, file: (name) => resolve(built, name), close };
}
