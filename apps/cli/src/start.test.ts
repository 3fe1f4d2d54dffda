import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

/** Prints every module file that a start of the command loads, after its help. */
const listing = `data:text/javascript,${encodeURIComponent(`
import { register } from 'node:module';
const hooks = "export async function load(url, context, next) { if (url.startsWith('file:')) (await import('node:fs')).writeSync(2, url + '\\\\n'); return next(url, context); }";
register('data:text/javascript,' + encodeURIComponent(hooks));`)}`;

test('help loads the command line alone: no TensorFlow.js, no package of what the commands do', () => {
  const cli = new URL('../dist/cli.js', import.meta.url).pathname;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', listing, cli, '--help'], { encoding: 'utf8' });
  expect(stdout).toContain('Usage: relumine');
  const loaded = stderr.split('\n').filter((line) => line.startsWith('file:'));
  const packages = loaded.map(
    (url) =>
      /(?<=\/)(?:node_modules\/(?:@[\w-]+\/)?[\w-]+|packages\/[\w-]+|apps\/cli)(?=\/(?!.*node_modules\/))/.exec(
        url,
      )?.[0],
  );
  expect(new Set(packages)).toEqual(new Set(['apps/cli', 'packages/core', 'node_modules/commander']));
});

test('a reader that goes away ends the command without a word', async () => {
  const cli = new URL('../dist/cli.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  expect([code, err]).toEqual([141, '']);
});
