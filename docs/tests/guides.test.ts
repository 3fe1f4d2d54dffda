import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expandPlan, parsePlan } from '@relumine/lab';
import { servePages } from '@tooling/widgets/servePages';
import { chromium } from 'playwright';
import ts from 'typescript';
import { build as buildVite } from 'vite';
import { expect, test, vi } from 'vitest';
import webpack from 'webpack';
import { blocksOf, docs } from './blocks';
import { launchOptions } from './openSite';

vi.setConfig({ testTimeout: 180_000 });
const run = promisify(execFile);

function emptyProject(name: string): string {
  const folder = resolve(docs, '.examples', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  return folder;
}

/** The files of a guide, by the comment that names each in its first line, in a project below `docs`. */
function projectOf(page: string): string {
  const folder = emptyProject(page.replaceAll(/\W+/g, '-'));
  for (const { code } of blocksOf('ts').filter((block) => block.page === page)) {
    const [, name] = /^\/\/ (\S+)\n/.exec(code) ?? [];
    if (!name) throw new Error(`A block of ${page} does not begin with the name of its file.`);
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
  return folder;
}

const inVite = async (folder: string): Promise<void> => {
  writeFileSync(join(folder, 'index.html'), html('/page.ts'));
  const config = (await import(pathToFileURL(join(folder, 'vite.config.ts')).href)) as { default: object };
  const build = { target: 'es2022' };
  await buildVite({ build, ...config.default, root: folder, configFile: false, logLevel: 'error' });
};

/** What the page's program prints, on a host that isolates it. */
async function printed(folder: string): Promise<string> {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const site = await servePages(folder, { headers });
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    const note = async (message: { args(): { jsonValue(): Promise<unknown> }[]; text(): string }): Promise<void> => {
      const values = await Promise.all(message.args().map((one) => one.jsonValue()));
      said.push(values.length > 0 ? JSON.stringify(values[0]) : message.text());
    };
    page.on('console', (message) => void note(message));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(site.url);
    await expect.poll(() => said.join('\n'), { timeout: 60_000 }).not.toBe('');
    return said.join('\n');
  } finally {
    await browser.close();
    site.close();
  }
}

const html = (script: string): string =>
  `<!doctype html><link rel="icon" href="data:," /><script type="module" src="${script}"></script>`;

test('the guide to Vite: its project builds, minified, and starts on threads in Chromium', async () => {
  const folder = projectOf('docs/guides/vite.md');
  await inVite(folder);
  expect(JSON.parse(await printed(join(folder, 'dist')))).toMatchObject({ simd: true, kernels: 'native' });
});

test('the README of wasm-backend: what it says for a browser builds, minified, and starts in Chromium', async () => {
  const blocks = blocksOf('ts').filter(({ page }) => page === 'packages/wasm-backend/README.md');
  expect(blocks).toHaveLength(2);
  const folder = emptyProject('wasm-backend-readme');
  const [worker, config] = blocks.map(({ code }) => code) as [string, string];
  const said = "import { getBackend } from '@tensorflow/tfjs-core';\npostMessage(getBackend());\n";
  writeFileSync(join(folder, 'training.worker.ts'), worker + said);
  writeFileSync(join(folder, 'vite.config.ts'), config);
  const page = blocksOf('ts').find(({ code }) => code.startsWith('// page.ts\n'));
  writeFileSync(join(folder, 'page.ts'), page?.code ?? '');
  await inVite(folder);
  expect(await printed(join(folder, 'dist'))).toBe('"wasm"');
});

test('the guide to webpack: its project builds, minified, and starts in Chromium', async () => {
  const folder = projectOf('docs/guides/webpack.md');
  const config = (await import(pathToFileURL(join(folder, 'webpack.config.js')).href)) as {
    default: webpack.Configuration;
  };
  const stats = await new Promise<webpack.Stats | undefined>((done, failed) => {
    // Where its command line puts it, from the project's folder.
    const output = { path: join(folder, 'dist') };
    webpack({ ...config.default, context: folder, output, performance: false }, (error, result) =>
      error ? failed(error) : done(result),
    );
  });
  expect(stats?.hasErrors() && stats.toString({ all: false, errors: true })).toBe(false);
  const binaries = join(
    dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')),
    '../wasm-out',
  );
  mkdirSync(join(folder, 'dist/wasm'), { recursive: true });
  for (const file of readdirSync(binaries).filter((name) => name.endsWith('.wasm')))
    cpSync(join(binaries, file), join(folder, 'dist/wasm', file));
  writeFileSync(join(folder, 'dist/index.html'), html('/main.js'));
  expect(JSON.parse(await printed(join(folder, 'dist')))).toMatchObject({ simd: true, kernels: 'native' });
});

test('the guide to CI: its test runs, and fails where a network is dead', async () => {
  const folder = projectOf('docs/guides/ci.md');
  const vitest = resolve(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  // Its own, so that it does not find the one of this repository above it.
  writeFileSync(join(folder, 'vitest.config.js'), 'export default {};');
  const attempt = (): Promise<{ stdout: string }> =>
    run(process.execPath, [vitest, 'run', '--root', folder, '--testTimeout', '60000'], {
      env: { ...process.env, NO_COLOR: '1' },
    });
  expect((await attempt()).stdout).toContain('1 passed');
  const file = join(folder, 'alive.test.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace("activation: 'relu'", "activation: 'relu', bias: -5"));
  const failed = (await attempt().catch((error) => error)) as { stdout: string; stderr: string };
  expect(failed.stdout).toContain('1 failed');
  expect(failed.stderr).toMatch(/conv1\w*: 32 of 32/);
});

test('plans are plans: each ```yaml block with a grid is expanded into its runs', () => {
  const plans = blocksOf('yaml').filter(({ code }) => code.includes('grid:'));
  expect(plans).not.toEqual([]);
  for (const { page, code } of plans) expect(expandPlan(parsePlan(code, page)).length).toBeGreaterThan(1);
});

test('every ```jsx block can be read', () => {
  const blocks = blocksOf('jsx');
  expect(blocks).not.toEqual([]);
  for (const { code } of blocks) {
    const { diagnostics } = ts.transpileModule(code, {
      reportDiagnostics: true,
      fileName: 'page.jsx',
      compilerOptions: { allowJs: true, jsx: ts.JsxEmit.ReactJSX, target: ts.ScriptTarget.ES2023 },
    });
    expect(diagnostics).toEqual([]);
  }
});
