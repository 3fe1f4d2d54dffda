import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort, serving, startedOn } from './browser.mjs';
import { emptyProject } from './managers.mjs';
import { namedFiles, runnerOf, shellLines } from './pages.mjs';
import { capture } from './process.mjs';

const quiet = { NEXT_TELEMETRY_DISABLED: '1' };

/** A project as the guide's reader has one, with the commands typed and the files written that its page prints. */
async function follow(page, { root, folder, environment }, has = []) {
  const markdown = readFileSync(join(root, 'docs', page), 'utf8');
  emptyProject(folder);
  const type = (line) => capture('sh', ['-c', line], { cwd: folder, env: { ...environment, ...quiet } });
  if (has.length > 0) await type(`npm install --prefer-offline ${has.join(' ')}`);
  const files = namedFiles(markdown);
  for (const { name, code } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
  for (const line of shellLines(markdown).filter((one) => runnerOf(one)?.by === 'release')) await type(line);
  return { markdown, type, files: files.map(({ name }) => name) };
}

function expectStarted(started, threads) {
  if (started.kernels !== 'native' || started.threads < threads) throw new Error(JSON.stringify(started));
  return `${started.threads} ${started.threads === 1 ? 'thread' : 'threads'}, ${started.kernels} kernels`;
}

async function getStarted(page, where) {
  const { markdown, type } = await follow(page, where);
  const program = [...markdown.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code).join('\n');
  writeFileSync(join(where.folder, 'first.mjs'), program);
  return (await type('node first.mjs')).trim().split('\n').at(-1);
}

async function vite(page, where) {
  const { type } = await follow(page, where, ['vite']);
  const script = '<!doctype html><link rel="icon" href="data:," /><script type="module" src="/page.ts"></script>';
  writeFileSync(join(where.folder, 'index.html'), script);
  await type('npx vite build');
  const port = await freePort();
  const url = `http://localhost:${port}/`;
  const look = () => startedOn(url);
  return expectStarted(await serving(`npx vite preview --port ${port} --strictPort`, url, where.folder, look), 1);
}

async function webpack(page, where) {
  const { type } = await follow(page, where);
  await type('npx webpack');
  const built = readdirSync(join(where.folder, 'dist'), { recursive: true });
  const missing = ['main.js', join('wasm', 'tfjs-backend-wasm-threaded-simd.wasm')].filter(
    (one) => !built.includes(one),
  );
  if (missing.length > 0) throw new Error(`webpack and the guide's commands leave out ${missing.join(', ')}`);
  return `${built.length} files`;
}

/** As the page says: one thread with Turbopack, two with webpack and its configuration. */
async function next(page, where) {
  const { folder } = where;
  const { type } = await follow(page, where, ['next', 'react', 'react-dom']);
  const layout = 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;\n';
  writeFileSync(join(folder, 'app/layout.js'), layout);
  const port = await freePort();
  const url = `http://localhost:${port}/`;
  const look = () => serving(`npx next start --port ${port}`, url, folder, () => startedOn(url), { env: quiet });
  const [config, worker] = ['next.config.ts', 'app/training.worker.js'].map((name) => join(folder, name));
  const code = readFileSync(config, 'utf8');
  rmSync(config);
  await type('npx next build');
  const one = expectStarted(await look(), 1);
  writeFileSync(config, code);
  writeFileSync(worker, readFileSync(worker, 'utf8').replace('threads: 1', 'threads: 2'));
  await type('npx next build --webpack');
  return `${one}; with webpack ${expectStarted(await look(), 2)}`;
}

/** The pages of the documentation whose installs need a registry, and how each is followed to its end. */
export const guides = {
  'guide/get-started.md': getStarted,
  'zh/guide/get-started.md': getStarted,
  'guides/vite.md': vite,
  'guides/webpack.md': webpack,
  'guides/next.md': next,
};

/**
 * Follows one page in an empty project.
 * @param {keyof typeof guides} page
 * @param {{ root: string, folder: string, environment: Record<string, string> }} where
 * @returns {Promise<string>} what its project said
 */
export const followGuide = (page, where) => guides[page](page, where);
