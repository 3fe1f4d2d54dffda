// How the lab scales: pnpm --filter @tooling/bench lab [local|queue|trivial|help]. Ratios are of one run of this script.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { localExecutor, sweep } from '@relumine/lab';
import { queueExecutor } from '@relumine/lab/queue';
import { keepLab } from './labPage.mjs';

const wanted = process.argv.slice(2);
const wants = (name) => wanted.length === 0 || wanted.includes(name);
const folder = mkdtempSync(join(tmpdir(), 'relumine-bench-'));
const cli = join(dirname(createRequire(import.meta.url).resolve('relumine/package.json')), 'dist/cli.js');
const children = new Set();

// Runs of a few seconds, as short as those that anybody would spread over workers; enough of them that the start of the
// threads, which no sweep is long enough to notice, does not decide the ratio.
const plan = {
  ...{ trainSize: 3000, testSize: 200, probeSize: 100, epochs: 1, batchSize: 32, learningRate: 0.01 },
  grid: { activation: ['relu', 'elu'], seed: [1, 2, 3, 4, 5, 6, 7, 8] },
};
const runs = '16 runs of 3,000 images';

function say(name, text) {
  console.log(text);
  keepLab(name, text);
}

const seconds = async (action) => {
  const from = performance.now();
  await action();
  return (performance.now() - from) / 1000;
};

/** How many cores are free: twice the time of a loop that touches no memory, alone, over the time of two at once. */
async function spare() {
  const loop = 'let x = 1; for (let i = 0; i < 1e8; i++) x = (x * 48271) % 2147483647; console.log(x)';
  const spin = (count) =>
    seconds(() =>
      Promise.all(
        Array.from({ length: count }, () =>
          once(spawn(process.execPath, ['--eval', loop], { stdio: 'ignore' }), 'exit'),
        ),
      ),
    );
  const alone = await spin(1);
  return ((2 * alone) / (await spin(2))).toFixed(2);
}

/** Rounds count where the machine had two cores to give before and after them; two that count are enough. */
async function oneAgainstTwo(run) {
  const rounds = [];
  let before = await spare();
  for (let i = 0; i < 3 && rounds.filter(({ counts }) => counts).length < 2; i++) {
    const [one, two] = [await run(1), await run(2)];
    const after = await spare();
    rounds.push({ one, two, ratio: one / two, counts: Math.min(before, after) >= 1.9, cores: [before, after] });
    before = after;
  }
  const free = rounds.filter(({ counts }) => counts).sort((a, b) => a.ratio - b.ratio);
  const told = rounds.map(({ ratio, cores }) => `${ratio.toFixed(2)}× (cores ${cores.join(', ')})`).join('; ');
  if (free.length === 0) return `no figure: the machine was never free. Rounds: ${told}`;
  const { one, two, ratio } = free[Math.floor(free.length / 2)];
  return `one worker ${one.toFixed(1)} s, two ${two.toFixed(1)} s: ${ratio.toFixed(2)}×, the median of ${free.length} round${free.length > 1 ? 's' : ''} with both cores free. Rounds: ${told}`;
}

async function local() {
  const run = (workers) => seconds(() => sweep(plan, { executor: localExecutor({ workers }) }));
  say('local', `${runs} on this machine, start-up included: ${await oneAgainstTwo(run)}`);
}

async function redisServer() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  const child = spawn(
    'redis-server',
    ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'],
    { stdio: 'ignore' },
  );
  children.add(child);
  return `redis://127.0.0.1:${port}`;
}

/** A worker, when it has done a run: it has loaded all it needs. */
async function worker(redis, queue) {
  const child = spawn(
    process.execPath,
    [cli, 'worker', '--redis', redis, '--queue', queue, '--workers', '1', '--events'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.add(child);
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}

async function queue() {
  const redis = await redisServer();
  const teams = new Map();
  /** Workers of a queue of their own; threads and data are loaded by first runs that don't count. */
  async function team(workers) {
    const name = `bench-${workers}`;
    const processes = await Promise.all(Array.from({ length: workers }, () => worker(redis, name)));
    const executor = queueExecutor({ redisUrl: redis, queue: name });
    await sweep(
      { ...plan, trainSize: 500, grid: { seed: Array.from({ length: 2 * workers }, (_, i) => 100 + i) } },
      { executor },
    );
    teams.set(workers, { executor, processes });
  }
  await team(1);
  await team(2);
  const run = (workers) => seconds(() => sweep(plan, { executor: teams.get(workers).executor }));
  say('queue', `${runs} over the queue, workers started before: ${await oneAgainstTwo(run)}`);
  for (const { processes } of teams.values()) for (const one of processes) one.kill('SIGTERM');
}

async function trivial() {
  const redis = await redisServer();
  const trainer = join(folder, 'trainer.mjs');
  writeFileSync(
    trainer,
    "export default async ({ plan }) => ({ activation: 'relu', params: {}, normalization: 'none', seed: plan.seeds[0], testAccuracy: 0.5, trainLoss: 1, seconds: 0, layers: [], epochs: [] });",
  );
  const program = `
    import { startQueueWorker } from ${JSON.stringify(import.meta.resolve('@relumine/lab/queue'))};
    const worker = await startQueueWorker({ redisUrl: ${JSON.stringify(redis)}, queue: 'trivial', workers: 2, trainer: ${JSON.stringify(pathToFileURL(trainer).href)} });
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await once(createInterface({ input: child.stdout }), 'line');
  const executor = queueExecutor({ redisUrl: redis, queue: 'trivial' });
  const many = (count, from) => ({ ...plan, grid: { seed: Array.from({ length: count }, (_, i) => from + i) } });
  await sweep(many(50, 1_000_000), { executor });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const journal = join(folder, 'trivial.jsonl');
  const spent = await seconds(() => sweep(many(10_000, 0), { executor, journal }));
  clearInterval(watch);
  say(
    'trivial',
    `10,000 runs of a trivial trainer over the queue, journal synced: ${spent.toFixed(1)} s, ${((1000 * spent) / 10_000).toFixed(2)} ms a run; memory of the coordinator +${((most - before) / 2 ** 20).toFixed(0)} MB at most`,
  );
}

async function help() {
  const node = [];
  const relumine = [];
  const start = async (times, args) =>
    times.push(await seconds(() => once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit')));
  // In turns, so that both meet the same machine.
  for (let i = 0; i < 15; i++) {
    await start(node, ['--eval', '0']);
    await start(relumine, [cli, '--help']);
  }
  const [bare, all] = [node, relumine].map((times) => 1000 * times.sort((a, b) => a - b)[7]);
  say(
    'help',
    `\`relumine --help\`: median ${all.toFixed(0)} ms of 15; \`node --eval 0\` in the same run: ${bare.toFixed(0)} ms`,
  );
}

try {
  for (const [name, action] of Object.entries({ help, local, queue, trivial })) if (wants(name)) await action();
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
