import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { capture } from './process.mjs';

const tsc = () => join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** Every entry that a package has types for, as a reader writes it. */
function entriesOf({ name, path }) {
  const { exports } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object' && target.types)
    .map(([entry]) => name + entry.slice(1));
}

/** A program as a user writes it in strict TypeScript: results have the types that the documentation promises. */
const program = `
import { type ActivationName, type DeadNeuronReport, createRandom } from '@relumine/core';
import { activation, elu } from '@relumine/activations';
import { activationLayer } from '@relumine/activations/layers';
import { firingRateBound, mergeReports } from '@relumine/dead-neuron-metrics';
import { auditModel, certify, deadNeuronMonitor } from '@relumine/dead-neuron-metrics/layers';
import { simpleCnn } from '@relumine/models';
import { formatReport } from '@relumine/report';
import { removeDeadChannels, reviveChannels } from '@relumine/revival/layers';
import { adam, startWasm } from '@relumine/wasm-backend';
import { type Tensor1D, tensor1d, zeros } from '@tensorflow/tfjs-core';

const { threads, kernels }: { threads: number; kernels: 'native' | 'composed' } = await startWasm({ threads: 1 });
const name: ActivationName = 'elu';
const h: Tensor1D = elu(tensor1d([-1, 2]), { alpha: 0.5 });
const slope: Tensor1D = activation(name).derivative(h);
const model = simpleCnn({ activation: name, seed: 1 });
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'categoricalCrossentropy' });
const report: DeadNeuronReport = await auditModel(model, zeros([4, 28, 28, 1]));
const text: string = formatReport(mergeReports(report, report));
await reviveChannels(model, report, { strategy: 'recycle', seed: 1 });
const { maxDifference } = await removeDeadChannels(model, report);
const { summary } = await certify(model, { min: 0, max: 1 });
const { history } = deadNeuronMonitor({ every: 5 });
const bound: number = firingRateBound(1000);
export const used = [threads, kernels, slope, text, maxDifference, summary, history, bound, activationLayer({ name }), createRandom(1)];
// @ts-expect-error an activation that there is not
activation('rlu');
// @ts-expect-error a strategy that there is not
await reviveChannels(model, report, { strategy: 'pray' });
`;

const modules = { node16: 'node16', bundler: 'esnext' };

/**
 * Checks a strict TypeScript program that imports every entry of every package, and one that uses them, as users of one
 * `moduleResolution` compile them. The packages' own declarations are checked too.
 * @param {keyof typeof modules} moduleResolution
 * @param {{ name: string, path: string }[]} published
 * @param {string} folder  a project that has them all installed
 * @returns {Promise<string>} what was checked
 */
export async function checkTypes(moduleResolution, published, folder) {
  const entries = published.flatMap(entriesOf);
  const imports = entries.map((entry, i) => `import * as m${i} from '${entry}';`).join('\n');
  writeFileSync(join(folder, 'entries.mts'), `${imports}\nexport const all = [${entries.map((_, i) => `m${i}`)}];\n`);
  writeFileSync(join(folder, 'program.mts'), program);
  const files = ['entries.mts', 'program.mts'];
  const module = modules[moduleResolution];
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', module, moduleResolution, types: [] };
  const config = join(folder, `tsconfig.${moduleResolution}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const run = capture(process.execPath, [tsc(), '-p', config, '--pretty', 'false'], { cwd: folder });
  const errors = (await run.catch((error) => error.message)).split('\n').filter((line) => /\berror TS\d+/.test(line));
  // tfjs's own declarations disagree with TypeScript's about WebGPU: what is not ours is left out.
  const ours = errors.filter((line) => /^(node_modules\/(@relumine\/|relumine\/)|entries|program|error)/.test(line));
  if (ours.length > 0) throw new Error(ours.join('\n'));
  return `${entries.length} entries and a program compile`;
}
