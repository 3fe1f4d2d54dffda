// pnpm bench [part …]: every figure as a ratio within one run; JSON and Markdown under bench/results, and the page of the docs.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from './machine.mjs';
import { markdown } from './markdown.mjs';
import { convolutions } from './parts/convolutions.mjs';
import { digits } from './parts/digits.mjs';
import { elementwise } from './parts/elementwise.mjs';
import { networks } from './parts/networks.mjs';
import { size } from './parts/size.mjs';
import { slow } from './parts/slow.mjs';
import { soak } from './parts/soak.mjs';
import { step, threads } from './parts/step.mjs';

const parts = { step, threads, slow, convolutions, elementwise, networks, size, soak, digits };
/** What runs without being asked for: the rest takes minutes. */
const usual = ['step', 'threads', 'slow', 'convolutions', 'elementwise', 'networks', 'size'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(
    `There is no part '${unknown[0]}'. Parts: ${Object.keys(parts).join(', ')}; without a name: ${usual.join(', ')}.`,
  );
  process.exit(1);
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const results = join(root, 'bench/results');
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

function write(file, text) {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/** What earlier runs on this kind of machine found: a part that is not measured again stays. */
function earlier(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { parts: {} };
  }
}

/** The last measurement of each part, on whatever machine: each names its own. */
function newest() {
  const files = readdirSync(results).filter((file) => file.endsWith('.json'));
  const all = files.flatMap((file) => Object.entries(earlier(join(results, file)).parts ?? {}));
  return Object.fromEntries(all.sort(([, a], [, b]) => (a.machine.date < b.machine.date ? -1 : 1)));
}

mkdirSync(results, { recursive: true });
const name = machine().cpu.replace(/[^A-Za-z0-9]+/g, '-');
const json = join(results, `${name}-${machine().cores}-cores.json`);

/** Records what a part has found; read again, so that two runs at a time don't lose each other's parts. */
function record(part, found) {
  const report = earlier(json);
  report.parts[part] = found;
  write(json, `${JSON.stringify(report, null, 2)}\n`);
}

for (const part of asked.length > 0 ? asked : usual) {
  const before = machine();
  // A part of hours records what it has, and goes on from there when it is run again.
  const keep = (found) => record(part, { machine: before, found });
  keep(await parts[part](rounds, { before: earlier(json).parts[part]?.found, keep }));
}
const table = markdown(earlier(json).parts);
write(json.replace(/json$/, 'md'), table);
write(join(root, 'docs/results/wasm-kernels.md'), markdown(newest()));
process.stdout.write(table);
