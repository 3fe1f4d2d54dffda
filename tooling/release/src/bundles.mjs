import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle, bundlers } from './bundlers.mjs';
import { capture } from './process.mjs';

const tfjs = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-wasm'];
/** How every WebAssembly module begins, in base64. */
const binary = 'AGFzbQ';

/**
 * What one import may bring: at most so many bytes, minified and gzipped, tfjs left out; and nothing of what is named.
 * The sizes are measured ones with a fifth of room.
 */
const budgets = [
  ['elu', '@relumine/activations', 2_500, ['gelu', 'mish', 'hardswish', 'softshrink', binary]],
  ['formatReport', '@relumine/report', 5_500, ['<svg', '<!doctype', binary]],
  ['firingRateBound', '@relumine/dead-neuron-metrics', 1_700, ['certif', 'relumine.report', binary]],
  ['auditModel', '@relumine/dead-neuron-metrics/layers', 15_000, [binary]],
  ['spectralNormalize', '@relumine/spectral-norm', 3_000, [binary]],
  ['simpleCnn', '@relumine/models', 19_000, [binary]],
  ['createRandom', '@relumine/core', 1_300, [binary]],
  // Its kernels come as a chunk of their own, when the backend starts.
  ['startWasm', '@relumine/wasm-backend', 45_000, [binary]],
];

async function checkImport(bundler, [what, from, most, absent], folder) {
  const entry = join(folder, `${what}.js`);
  writeFileSync(entry, `export { ${what} } from '${from}';\n`);
  const chunks = await bundle(bundler, entry, join(folder, 'out', bundler, what), tfjs);
  // A chunk that holds the binaries is loaded later; all others count as the import's own.
  const own = chunks.filter(
    ({ code, file }) => what !== 'startWasm' || !code.includes(binary) || file.endsWith(`${what}.js`),
  );
  const code = own.map((chunk) => chunk.code).join('\n');
  const size = gzipSync(code, { level: 9 }).length;
  const found = absent.filter((text) => code.includes(text));
  if (found.length > 0) throw new Error(`${bundler}: import { ${what} } from '${from}' brings ${found.join(', ')}`);
  if (size > most)
    throw new Error(`${bundler}: import { ${what} } from '${from}' is ${size} bytes gzipped; ${most} at most`);
  return size;
}

/** A whole program, tfjs bundled along: it has to run, and to hold one engine. */
const program = `
import { elu } from '@relumine/activations';
import { measureActivations } from '@relumine/dead-neuron-metrics';
import '@tensorflow/tfjs-backend-cpu';
import { engine, ready, setBackend, tensor2d } from '@tensorflow/tfjs-core';
await setBackend('cpu');
await ready();
const h = elu(tensor2d([[-1, 2], [-3, 4]]));
const { channels } = await measureActivations(h, { activation: 'elu' });
console.log(JSON.stringify({ first: h.dataSync()[0], channels, tensors: engine().memory().numTensors }));
`;

/** What is bundled for browsers must not believe that it runs in Node: tfjs would ask for Node's modules. */
const asBrowser = 'globalThis.window = globalThis; globalThis.document = {}; globalThis.process = undefined;';

async function checkProgram(bundler, folder) {
  const entry = join(folder, 'program.js');
  writeFileSync(entry, program);
  const chunks = await bundle(bundler, entry, join(folder, 'out', bundler, 'program'), []);
  const code = chunks.map((chunk) => chunk.code).join('\n');
  const engines = code.split('Reusing existing backend factory').length - 1;
  const main = chunks.find(({ file }) => /(program|main)[^/\\]*\.m?js$/.test(file)).file;
  writeFileSync(join(folder, 'out', bundler, 'package.json'), '{"type":"module"}');
  const preface = `data:text/javascript,${encodeURIComponent(asBrowser)}`;
  const output = await capture(process.execPath, ['--import', preface, main], { cwd: folder });
  const printed = JSON.parse(output.trim().split('\n').at(-1));
  if (Math.abs(printed.first - Math.expm1(-1)) > 1e-6 || printed.channels !== 2 || engines !== 1)
    throw new Error(`${bundler}: the bundled program printed ${JSON.stringify(printed)}, with ${engines} engines`);
}

/**
 * Bundles one import of each package with esbuild, Vite and webpack: it must stay within its budget and bring nothing
 * that it does not need; and a whole program must run after bundling.
 * @param {string} project  a project that has all packages installed
 * @returns {Promise<{ said: string[], failures: string[] }>}
 */
export async function checkBundles(project) {
  const folder = join(project, 'bundles');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  const failures = [];
  const sizes = new Map(budgets.map(([what]) => [what, []]));
  const attempt = async (work) => {
    try {
      return await work();
    } catch (error) {
      failures.push(error.message);
      return undefined;
    }
  };
  for (const name of Object.keys(bundlers)) {
    for (const budget of budgets) sizes.get(budget[0]).push(await attempt(() => checkImport(name, budget, folder)));
    await attempt(() => checkProgram(name, folder));
  }
  const names = Object.keys(bundlers).join(', ');
  const said = budgets.map(
    ([what, from, most]) =>
      `import { ${what} } from '${from}': ${sizes.get(what).join(', ')} bytes gzipped with ${names} (${most} at most)`,
  );
  return { said: [...said, `a bundled program runs, from ${names}`], failures };
}
