import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { invalidArgument } from '@relumine/core';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * Checks, before any work is done, that a folder can be made.
 *
 * @throws RangeError where it exists already, or the folder that it should be in is missing
 */
export async function requireNewFolder(where: string, option: string, folder: string): Promise<void> {
  const target = resolve(folder);
  const refuse = (rule: string): Error =>
    invalidArgument({ where, argument: option, rule, received: JSON.stringify(folder) });
  const exists = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  if (await exists(target)) throw refuse('must not exist yet');
  if (!(await exists(dirname(target)))) throw refuse('must be in a folder that exists');
}

/** Saves `model.json` and `weights.bin` in a new folder, which appears when both are whole. */
export async function saveModelFolder(model: LayersModel, folder: string): Promise<void> {
  const target = resolve(folder);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const handler = io.withSaveHandler(async ({ modelTopology, weightSpecs = [], weightData }) => {
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
    const bytes = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
    await writeFile(join(temporary, 'weights.bin'), bytes);
    const json = { format: 'layers-model', generatedBy: 'relumine', modelTopology, weightsManifest };
    await writeFile(join(temporary, 'model.json'), JSON.stringify(json));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  try {
    await mkdir(temporary);
    await model.save(handler);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}
