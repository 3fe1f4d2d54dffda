import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEntry } from '@relumine/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './index';
import { liveView } from './liveView';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-cli-lab-'));
  const tiny = `export default () => ({ name: 'tiny', length: 8, shape: [8, 8, 1], images: Uint8Array.from({ length: 512 }, (_, i) => (i * 37) % 256), labels: Uint8Array.from([0, 1, 0, 1, 0, 1, 0, 1]), classes: 2, classNames: ['a', 'b'] });`;
  await writeFile(join(folder, 'data.mjs'), tiny);
  await writeFile(join(folder, 'plan.yaml'), yaml);
});
afterAll(() => rm(folder, { recursive: true }));

const yaml = `dataset: { kind: module, path: data.mjs }
trainSize: 8
testSize: 8
probeSize: 8
epochs: 1
batchSize: 4
grid:
  model: [simpleCnn, resNet]   # resNet wants larger images than these
  seed: [1]
`;

async function relumine(args: string[], isTTY = false): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    stdout: { write: (text) => (out += text), isTTY },
    stderr: { write: (text) => (err += text), isTTY },
  });
  return { code, out, err };
}

describe('relumine sweep', () => {
  test('a plan in YAML; a run that fails is told, and the exit code says so; --events, --csv and --html', async () => {
    const plan = join(folder, 'plan.yaml');
    await writeFile(plan, yaml.replace('resNet]', 'vgg]').replace('seed: [1]', 'seed: [1]\n  initializer: [heNormal]'));
    const [csv, html] = [join(folder, 'a.csv'), join(folder, 'a.html')];
    const first = await relumine(['sweep', plan, '--workers', '1', '--events', '--csv', csv, '--html', html]);
    const events = first.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events[0]).toEqual({ event: 'start', runs: 2 });
    expect(events.at(-1)).toEqual({ event: 'end' });
    const kinds = new Set(events.map(({ event }) => event));
    expect([...kinds]).toEqual(expect.arrayContaining(['run', 'epoch', 'result']));
    const failed = events.filter((event) => 'error' in event).length;
    expect([first.code, first.err]).toEqual(
      failed > 0 ? [2, `[relumine/cli/sweep] ${failed} of 2 runs failed.\n`] : [0, ''],
    );
    expect(await readFile(html, 'utf8')).toContain('Sweep of ');
    expect((await readFile(csv, 'utf8')).split('\r\n')).toHaveLength(4);
    expect(await readdir(folder)).toContain('plan.journal.jsonl');

    // What is in the journal is not done again; without --resume the sweep begins anew, and the journal is moved aside.
    const resumed = await relumine(['sweep', plan, '--workers', '1', '--resume']);
    expect(resumed.out.split('\n')[0]).toMatch(
      /^\[1\/2\] relu, normalization none, model simpleCnn, seed 1: \d+ of 96 channels dead/,
    );
    await relumine(['sweep', plan, '--workers', '1']);
    expect(await readdir(folder)).toContain('plan.journal.before.jsonl');
  });

  test('a mistake in a plan is told with its line', async () => {
    const plan = join(folder, 'wrong.yaml');
    await writeFile(plan, yaml.replace('seed: [1]', 'sed: [1]'));
    const { code, out, err } = await relumine(['sweep', plan]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`${plan}:9:3\n  9 |   sed: [1]\n    |   ^^^`);
    const select = await relumine(['select', plan]);
    expect([select.code, select.err.includes(':9:3')]).toEqual([1, true]);
    await writeFile(plan, yaml.replace('data.mjs', '../data.mjs'));
    expect((await relumine(['sweep', plan])).err).toContain('`dataset.path` must lie inside the data folder');
  });
});

test('relumine select answers within its budget', async () => {
  const plan = join(folder, 'select.yaml');
  await writeFile(
    plan,
    yaml.replace(
      /grid:[\s\S]*/,
      'grid: { activation: [relu, elu] }\nhalving: { firstSeeds: 1, mostSeeds: 2, reduction: 2 }\n',
    ),
  );
  const json = join(folder, 'select.json');
  const { code, out, err } = await relumine(['select', plan, '--runs', '3', '--workers', '1', '--json', json]);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^\[1\] relu, seed 1: /);
  expect(out).toMatch(/candidate +seeds +test accuracy/);
  expect(out).toMatch(/Take (relu|elu): [\d.]+ % of the test images are told right/);
  expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ schema: 'relumine.select/1', cost: { runs: 3 } });

  // The images may be named on the command line; a path there begins where the user is.
  await writeFile(plan, (await readFile(plan, 'utf8')).replace('path: data.mjs', 'path: none.mjs'));
  const args = ['select', plan, '--runs', '2', '--workers', '1', '--data'];
  const own = await relumine([...args, join(folder, 'data.mjs')]);
  expect([own.code, own.err]).toEqual([0, '']);
  expect(own.out).toMatch(/Take (relu|elu)/);
  expect((await relumine([...args, 'nowhere'])).err).toContain(
    "`--data` must be 'mnist', a folder or module that exists",
  );
});

test('relumine worker without a Redis ends with a clear message', async () => {
  const { code, out, err } = await relumine(['worker', '--redis', 'redis:127.0.0.1']);
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('`redisUrl` must be an address such as redis://127.0.0.1:6379');
  expect((await relumine(['worker'])).err).toContain("Required option '--redis <url>'");
});

test('Ctrl-C stops a sweep with exit code 130; what was done is kept', async () => {
  const plan = join(folder, 'long.yaml');
  await writeFile(
    plan,
    yaml.replace(/grid:[\s\S]*/, 'grid: { seed: [1, 2, 3, 4, 5, 6, 7, 8, 9] }\n').replace('epochs: 1', 'epochs: 40'),
  );
  const cli = new URL('../dist/cli.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, 'sweep', plan, '--workers', '1'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(130);
  expect(err).toContain('go on with --resume');
  expect(await readFile(join(folder, 'long.journal.jsonl'), 'utf8')).toContain('"run":');
});

test('the live view has a bar, the best, the workers, and takes itself away; it is silent where nobody looks', () => {
  let text = '';
  const view = liveView({ isTTY: true, columns: 120, write: (more) => (text += more) }, (key) => `run ${key}`);
  view.begin(2);
  view.progress({ key: 'a', worker: 'thread 1', type: 'start' });
  const layers = [{ channels: 10, deadChannels: 4 }];
  view.result({ key: 'a', run: { testAccuracy: 0.5, layers } } as unknown as RunEntry, 1);
  view.result({ key: 'b', error: 'broken' }, 2);
  expect(text).toMatch(/█{28} 2\/2 .*1 failed\nbest 50\.00 % \(run a\) · 40\.0 % of channels dead/);
  const lines = text.split('\u001b[0J').at(-1)!.split('\n').length - 1;
  text = '';
  view.clear();
  expect(text).toBe(`\u001b[${lines}A\u001b[0J`);
  liveView({ write: () => expect.unreachable() }, String).begin(2);
  // A terminal that doesn't know its width says 0.
  liveView({ isTTY: true, columns: 0, write: (more) => (text = more) }, String).begin(2);
  expect(text).toMatch(/^░{28} 0\/2 0 s\n$/);
});
