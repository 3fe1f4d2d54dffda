import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startWasm } from '@relumine/wasm-backend';
import { runnerOf, shellLines } from '@tooling/release/pages';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { docs, repository, writtenPages } from './blocks';
import { folderWithSmallData } from './smallData';

vi.setConfig({ testTimeout: 240_000 });

const pages = writtenPages()
  .map((file) => ({ page: relative(repository, file), text: readFileSync(file, 'utf8') }))
  .map(({ page, text }) => ({
    page,
    lines: shellLines(text).filter((line) => runnerOf(line)?.by === 'tests'),
    plan: /^```yaml\n([\s\S]*?^grid:[\s\S]*?)^```/m.exec(text)?.[1],
  }))
  .filter(({ lines }) => lines.length > 0);

/** Put at the end of a line, where the last of two equal options counts: the same command, a few images and runs. */
const few: [RegExp, string][] = [
  [/^npx relumine compare\b/, '--train-size 64 --test-size 32 --probe-size 32 --epochs 1'],
  [/^npx relumine audit\b(?!.*--shards)/, '--limit 40'],
  [/^npx relumine select --/, 'small.yaml --runs 4'],
];
const endless = /^redis-server\b|^npx relumine worker\b/;

const children: ChildProcess[] = [];
beforeAll(async () => {
  await startWasm({ threads: 1 });
});
afterEach(async () => {
  // Workers before their Redis: one that is to stop tells it so.
  for (const child of children.splice(0).reverse()) {
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    // npx is the parent of what it runs: the whole group ends.
    process.kill(-(child.pid as number), 'SIGTERM');
    await gone;
  }
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

test('there are pages with commands to run', () => expect(pages.length).toBeGreaterThan(6));

test.each(pages)('what $page tells to type runs', async ({ page, lines, plan }) => {
  const folder = resolve(docs, '.examples/shell', page.replaceAll(/\W+/g, '-'));
  await folderWithSmallData(folder, plan);
  const port = await freePort();
  for (const line of lines) {
    const more = few.filter(([pattern]) => pattern.test(line)).map(([, options]) => options);
    if (line.startsWith('redis-server')) more.push(`--bind 127.0.0.1 --port ${port} --save ''`);
    const typed = [line.replaceAll(':6379', `:${port}`), ...more].join(' ');
    if (endless.test(line)) {
      children.push(spawn('sh', ['-c', `exec ${typed}`], { cwd: folder, detached: true, stdio: 'ignore' }));
      continue;
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', typed], { cwd: folder }).catch((error) => {
      throw new Error(`${typed}\n${error.stdout}${error.stderr}`);
    });
    expect(stdout, typed).not.toBe('');
    expect(stdout, typed).not.toMatch(/\bundefined\b/);
  }
  for (const child of children) expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  await rm(folder, { recursive: true });
});
