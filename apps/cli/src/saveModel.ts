import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

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
