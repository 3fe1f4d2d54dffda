import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import { headersFor } from '../vite/contentSecurity';

export const built: string = resolve(import.meta.dirname, '../dist');
/** What a host sends that is set up for the demo: isolation and the strict policies. */
export const isolating: typeof headersFor = headersFor;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser;

beforeAll(async () => {
  if (!existsSync(resolve(built, 'index.html')))
    throw new Error('The demo is not built. Run: pnpm turbo run build --filter=@relumine/demo');
  const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
  browser = await chromium.launch({ args: flags, ...(executablePath ? { executablePath } : {}) });
});

afterAll(() => browser?.close());

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** Errors and warnings of the console, and what was thrown. */
  complaints: string[];
  requests: string[];
  url: string;
  /** Takes the host off the network. */
  close: () => void;
}

export interface Host {
  headers?: Record<string, string> | ((path: string) => Record<string, string>);
  missing?: RegExp;
  prepare?: (page: Page) => Promise<unknown>;
  /** The query of the address. */
  query?: string;
  browser?: BrowserContextOptions;
  folder?: string;
}

/** Serves the built demo like a host, and looks at it in a browser of its own. */
export async function visit(host: Host, look: (visit: Visit) => Promise<void>): Promise<void> {
  const { url, close } = await servePages(host.folder ?? built, host);
  const context = await browser.newContext({ locale: 'en-GB', ...host.browser });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  context.on('request', (request) => requests.push(request.url()));
  try {
    await host.prepare?.(page);
    await page.goto(url + (host.query ?? ''));
    await look({ page, context, complaints, requests, url, close });
  } finally {
    await context.close();
    close();
  }
}

export const stepOf = async (page: Page): Promise<number> => Number(await page.getByTestId('step').textContent());

export const cellsOf = (page: Page): Promise<string[]> =>
  page.locator('.rl-cell').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label') ?? ''));

export async function trainFor(page: Page, steps: number): Promise<void> {
  await page.getByRole('button', { name: /^Train/ }).click();
  await expect.poll(() => stepOf(page), { timeout: 45_000 }).toBeGreaterThanOrEqual(steps);
}

export const foreign = (requests: string[]): string[] =>
  requests.filter((url) => !/^(http:\/\/localhost|blob:|data:)/.test(url));
