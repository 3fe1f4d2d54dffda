import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from '../children.mjs';

const cli = join(dirname(fileURLToPath(import.meta.url)), '../../../../apps/cli/dist/cli.js');
export const digitsOptions =
  '--train-size 60000 --test-size 10000 --epochs 3 --batch-size 64 --learning-rate 0.001 --seeds 1';

const activations = ['relu', 'leakyRelu', 'prelu', 'elu'];

/** One activation's network, by the command line. */
function train(activation, file) {
  say(`digits: ${activation}`);
  const options = ['--activations', activation, ...digitsOptions.split(' '), '--json', file];
  execFileSync(process.execPath, [cli, 'compare', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [{ testAccuracy, seconds, epochs }] = JSON.parse(readFileSync(file, 'utf8')).runs;
  return { activation, testAccuracy, seconds, epochs: epochs.map((epoch) => epoch.testAccuracy) };
}

/**
 * simpleCnn on all digits, three epochs each: ReLU, leaky ReLU, PReLU and ELU. Each is recorded when it is done; a run
 * that was broken off goes on with the next.
 */
export function digits(_, { before = [], keep }) {
  const found = before.length < activations.length ? [...before] : [];
  const folder = mkdtempSync(join(tmpdir(), 'relumine-digits-'));
  try {
    for (const activation of activations.slice(found.length)) {
      found.push(train(activation, join(folder, `${activation}.json`)));
      keep(found);
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
