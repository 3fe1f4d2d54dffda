import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { tfjsGradients } from '@tooling/config/tfjsGradients';
import { chromium } from 'playwright';
import { build, defaultClientConditions } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wasmThreads } from './vite';

const page = resolve(import.meta.dirname, '../fixtures/page');
const output = mkdtempSync(join(tmpdir(), 'relumine-page-'));
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** A static server whose pages are cross-origin isolated, or not. */
function serve(isolated: boolean): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const path = join(output, (request.url ?? '/').replace(/\?.*$/, '').replace(/\/$/, '/index.html'));
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    const headers = isolated
      ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
      : {};
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream', ...headers });
    response.end(readFileSync(path));
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      done({ url: `http://localhost:${port}/`, close: () => server.close() });
    });
  });
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Trained {
  error?: string;
  isolated: boolean;
  started: { threads: number; simd: boolean; kernels: string };
  losses: number[];
  /** The loss of each epoch of `model.fit`. */
  fitted: number[];
}

async function train(isolated: boolean): Promise<{ trained: Trained; requests: string[] }> {
  const { url, close } = await serve(isolated);
  const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
  const browser = await chromium.launch({ args: flags, ...(executablePath ? { executablePath } : {}) });
  try {
    const tab = await browser.newPage();
    const requests: string[] = [];
    tab.on('request', (request) => requests.push(request.url()));
    await tab.goto(url);
    const handle = await tab.waitForFunction('window.trained', undefined, { timeout: 30_000 });
    return { trained: (await handle.jsonValue()) as Trained, requests };
  } finally {
    await browser.close();
    close();
  }
}

beforeAll(async () => {
  const conditions = ['@relumine/source', ...defaultClientConditions];
  await build({
    root: page,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions },
    plugins: [wasmThreads(), tfjsGradients()],
    worker: { format: 'es', plugins: () => [wasmThreads(), tfjsGradients()] },
    build: { outDir: output, emptyOutDir: true, minify: true },
  });
});

afterAll(() => rmSync(output, { recursive: true, force: true }));

test('a minified page trains on two threads where it is isolated', async () => {
  const { trained, requests } = await train(true);
  expect(trained.error).toBeUndefined();
  expect(trained.isolated).toBe(true);
  expect(trained.started).toMatchObject({ backend: 'wasm', simd: true, threads: 2, kernels: 'native' });
  expect(trained.losses.at(-1)).toBeLessThan(trained.losses[0]! / 2);
  expect(trained.fitted.at(-1)).toBeLessThan(trained.fitted[0]! / 2);
  expect(requests.some((url) => url.includes('threaded-simd') && url.endsWith('.wasm'))).toBe(true);
  expect(requests.filter((url) => !/^(http:\/\/localhost|blob:|data:)/.test(url))).toEqual([]);
});

test('and on one thread where it is not, to the same losses up to rounding', async () => {
  const { trained } = await train(false);
  expect(trained.error).toBeUndefined();
  expect(trained).toMatchObject({ isolated: false, started: { simd: true, threads: 1, kernels: 'native' } });
  expect(trained.losses.at(-1)).toBeLessThan(trained.losses[0]! / 2);
  expect(trained.fitted.at(-1)).toBeLessThan(trained.fitted[0]! / 2);
});

test('another version of tfjs-backend-wasm is named while building', () => {
  const { transform } = wasmThreads() as unknown as { transform(code: string, id: string): unknown };
  expect(() => transform('export {}', '/node_modules/@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js')).toThrow(
    'does not start its workers as tfjs-backend-wasm 4.22 does',
  );
  expect(transform('export {}', '/src/other.js')).toBeNull();
});
