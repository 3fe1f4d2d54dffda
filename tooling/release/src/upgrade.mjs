import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './process.mjs';

/** What a user has: a model, its weights and a report, kept as JSON by the older version. */
const before = `
import { writeFileSync } from 'node:fs';
import { simpleCnn } from '@relumine/models';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { writeReport } from '@relumine/dead-neuron-metrics/schema';
import { startWasm } from '@relumine/wasm-backend';
import { io, randomUniform } from '@tensorflow/tfjs-core';
await startWasm();
const model = simpleCnn({ activation: 'prelu', seed: 1, inputShape: [12, 12, 1] });
const data = randomUniform([20, 12, 12, 1], 0, 1, 'float32', 1);
const report = await auditModel(model, data);
let saved;
await model.save(io.withSaveHandler(async (artifacts) => {
  saved = { ...artifacts, weightData: Array.from(new Uint8Array(io.CompositeArrayBuffer.join(artifacts.weightData))) };
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
}));
writeFileSync('kept.json', JSON.stringify({ saved, report: writeReport(report), outputs: Array.from(model.predict(data).dataSync()) }));
`;

/** The newer version reads all of it and computes the same. */
const after = `
import { readFileSync } from 'node:fs';
import { registerActivationLayers } from '@relumine/activations/layers';
import { mergeReports } from '@relumine/dead-neuron-metrics';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { readReport } from '@relumine/dead-neuron-metrics/schema';
import { startWasm } from '@relumine/wasm-backend';
import { io, randomUniform } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
await startWasm();
registerActivationLayers();
const { saved, report, outputs } = JSON.parse(readFileSync('kept.json', 'utf8'));
const model = await loadLayersModel(io.fromMemory({ ...saved, weightData: Uint8Array.from(saved.weightData).buffer }));
const data = randomUniform([20, 12, 12, 1], 0, 1, 'float32', 1);
const now = model.predict(data).dataSync();
const difference = Math.max(...outputs.map((value, i) => Math.abs(value - now[i])));
const merged = mergeReports(readReport(report), await auditModel(model, data));
console.log(JSON.stringify({ difference, samples: merged.samples }));
`;

const names = ['activations', 'dead-neuron-metrics', 'models', 'wasm-backend'].map((name) => `@relumine/${name}`);
const tfjs = ['core', 'layers', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}@^4.22.0`);

/** Every installed version of our packages, from npm's own lockfile. */
function installed(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => /node_modules\/@relumine\/[^/]+$/.test(path))
    .map(([path, { version }]) => ({ path, version }));
}

const npm = (folder, { environment }, ...wanted) =>
  capture('npm', ['install', '--no-audit', '--no-fund', ...wanted], { cwd: folder, env: environment });

/** Installs the older version, and lets it write what a user keeps. */
export async function beforeUpgrade(version, folder, registry) {
  await npm(folder, registry, ...names.map((name) => `${name}@^${version}`), ...tfjs);
  writeFileSync(join(folder, 'before.mjs'), before);
  await capture(process.execPath, ['before.mjs'], { cwd: folder });
}

/**
 * Upgrades that project to the newest version, as `npm install …@latest` does: every package of ours must be the new
 * one, each there once, and what the older version wrote must be read and give the same outputs.
 */
export async function checkUpgrade(version, folder, registry) {
  await npm(folder, registry, ...names.map((name) => `${name}@latest`));
  const found = installed(folder);
  const wrong = found.filter((one) => one.version !== version || one.path.split('node_modules').length > 2);
  if (wrong.length > 0) throw new Error(`after the upgrade there is ${JSON.stringify(wrong)}`);
  writeFileSync(join(folder, 'after.mjs'), after);
  const { difference, samples } = JSON.parse(await capture(process.execPath, ['after.mjs'], { cwd: folder }));
  if (difference !== 0 || samples !== 40)
    throw new Error(`a model of the older version gives outputs that differ by ${difference}; ${samples} samples`);
  return `${found.length} packages upgrade to ${version} together; a kept model and report are read, outputs are equal`;
}
