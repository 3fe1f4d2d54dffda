import { execFileSync, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Runs a peer in a process of its own; its last line is its result, as JSON. */
export function child(command, file, args, env = {}) {
  const output = execFileSync(command, [join(here, 'peers', file), ...args.map(String)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1e8,
    env: { ...process.env, ...env },
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

export const node = (file, ...args) => child(process.execPath, file, args);

/**
 * A peer that stays: it answers each line with a line, both JSON, and computes only then. So two peers can be asked in turn,
 * and what else the machine does meets both alike.
 */
function standing(command, file, env = {}) {
  const process_ = spawn(command, [join(here, 'peers', file)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      process_.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`The peer ${file} ended before it answered.`);
      return JSON.parse(value);
    },
    end: () => process_.stdin.end(),
  };
}

export const standingNode = (file) => standing(process.execPath, file);

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

const python = findPython();
/**
 * PyTorch at its best: without these, the C library gives large blocks back to the system after each step, and the step
 * waits for them to be zeroed again (measured: up to three times as long); OpenBLAS finds the processor by itself.
 */
const atItsBest = {
  MALLOC_TRIM_THRESHOLD_: '4000000000',
  MALLOC_MMAP_THRESHOLD_: '4000000000',
  OPENBLAS_CORETYPE: undefined,
};

/** Runs a PyTorch peer; undefined where there is none. */
export const torch = python && ((file, ...args) => child(python, file, args, atItsBest));

export const standingTorch = python && ((file) => standing(python, file, atItsBest));

export const say = (text) => process.stderr.write(`${text}\n`);
