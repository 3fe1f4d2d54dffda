// What was measured of the lab, kept piece by piece, and the page of the docs that is written from it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { machine } from './machine.mjs';

const root = resolve(import.meta.dirname, '../../..');
const file = resolve(root, 'bench/results/lab.json');
const page = resolve(root, 'docs/results/lab.md');

const pieces = {
  local: 'Two workers on this machine',
  queue: 'Two workers over the queue',
  trivial: 'What the queue costs',
  help: 'Start-up',
};

/** Keeps one piece, with its date and machine, and writes the page anew. */
export function keepLab(name, text) {
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const { cpu, cores, node, date } = machine();
  const found = { ...before, [name]: { text, machine: { cpu, cores, node, date } } };
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  writeFileSync(page, labPage(found));
}

function labPage(found) {
  const sections = Object.entries(pieces)
    .filter(([name]) => found[name])
    .map(([name, title]) => {
      const { text, machine } = found[name];
      const by = `${machine.date.slice(0, 10)}, ${machine.cores} cores of ${machine.cpu}, Node ${machine.node.slice(1)}`;
      return `## ${title}\n\n${text.replace(/\.?$/, '.')}\n\n*\`pnpm --filter @tooling/bench lab ${name}\`, ${by}.*\n`;
    });
  return `# How the lab scales

Ratios are of one run of the command, one worker and two in turns. Before and after each of them a loop that touches no memory is timed alone and twice at once: *cores* says how many cores the machine had to give, and a round counts with 1.9 or more.

${sections.join('\n')}`;
}
