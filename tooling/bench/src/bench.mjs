// pnpm bench: every figure as a ratio within one run; JSON and Markdown under bench/results/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from './machine.mjs';
import { markdown } from './markdown.mjs';
import { spread } from './timing.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const results = join(here, '../../../bench/results');
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

function child(command, file, ...args) {
  const output = execFileSync(command, [join(here, file), ...args.map(String)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e8,
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** A Python that has PyTorch, or undefined. */
function findPython() {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
      return python;
    } catch {}
  }
  return undefined;
}

const node = process.execPath;
const python = findPython();
const cores = machine().cores;
const peers = {
  'native, 1 thread': () => child(node, 'stepPeer.mjs', 'native', 1, 64, 15),
  'composed, 1 thread': () => child(node, 'stepPeer.mjs', 'composed', 1, 64, 3),
  ...(cores > 1 ? { 'native, 2 threads': () => child(node, 'stepPeer.mjs', 'native', 2, 64, 15) } : {}),
  ...(python ? { 'PyTorch, 1 thread': () => child(python, 'torchStep.py', 1, 64, 15) } : {}),
  ...(python && cores > 1 ? { 'PyTorch, 2 threads': () => child(python, 'torchStep.py', 2, 64, 15) } : {}),
};

const step = Object.fromEntries(Object.keys(peers).map((name) => [name, { rounds: [] }]));
// The rounds go around all peers, so that a change in the machine's mood meets each of them.
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of Object.entries(peers)) {
    process.stderr.write(`round ${round + 1} of ${rounds}: ${name}\n`);
    const { times, ...about } = run();
    step[name].about = about;
    step[name].rounds.push(spread(times).median);
    step[name].times = [...(step[name].times ?? []), ...times];
  }
}
/** Peers so slow that a small batch must do, once. */
function extrapolate(name, batch, run) {
  process.stderr.write(`${name}, a small batch\n`);
  const times = run().times.map((ms) => (ms * 64) / batch);
  step[name] = { about: { extrapolatedFromBatch: batch }, rounds: [spread(times).median], times };
}
extrapolate('tfjs-backend-cpu', 2, () => child(node, 'stepPeer.mjs', 'cpu', 1, 2, 2));
extrapolate('jax-js on WASM', 8, () => child(node, 'jaxStep.mjs', 8, 2));
const base = step['native, 1 thread'].rounds;
for (const peer of Object.values(step)) {
  peer.ms = spread(peer.times);
  peer.ratio = spread(peer.rounds.map((median, i) => median / base[Math.min(i, base.length - 1)]));
  delete peer.times;
}
process.stderr.write('single kernels\n');
const kernels = child(node, 'kernelsPeer.mjs');
const torchElementwise = python ? child(python, 'torchElementwise.py', 1_000_000, 25) : undefined;
const torch = torchElementwise && Object.fromEntries(Object.entries(torchElementwise).map(([k, v]) => [k, spread(v)]));

const report = { machine: machine(), rounds, step, kernels, torchElementwise: torch };
mkdirSync(results, { recursive: true });
const name = `${report.machine.date.slice(0, 10)}-${report.machine.cpu.replace(/[^A-Za-z0-9]+/g, '-')}`;
writeFileSync(join(results, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
const table = markdown(report);
writeFileSync(join(results, `${name}.md`), table);
process.stdout.write(table);
