import { registerActivationLayers } from '@relumine/activations/layers';
import { startWasm } from '@relumine/wasm-backend';
import { engine, fill, io, memory, removeBackend, zeros } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limitTensors, withinWeights } from './guards';
import { batchSizeFor, valuesPerSample } from './loadModel';

beforeAll(() => startWasm());
afterAll(() => removeBackend('wasm'));

const dense = (units: number): LayersModel => sequential({ layers: [layers.dense({ units, inputShape: [4] })] });

async function artifacts(model: LayersModel): Promise<io.ModelArtifacts> {
  let saved: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (all) => {
      saved = all;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return saved!;
}

test('a model may make as many weights as its files hold, not one more, and afterwards any again', async () => {
  registerActivationLayers();
  const saved = await artifacts(dense(3));
  const load = (): Promise<LayersModel> => loadLayersModel(io.fromMemory(saved));
  await expect(withinWeights(15, load)).resolves.toBeDefined();
  await expect(withinWeights(14, load)).rejects.toThrow('weightsBeyondFile');
  const bomb = structuredClone(saved);
  const topology = bomb.modelTopology as { config: { layers: { config: { units: number } }[] } };
  for (const layer of topology.config.layers) if ('units' in layer.config) layer.config.units = 2 ** 40;
  const before = memory().numBytes;
  await expect(withinWeights(15, () => loadLayersModel(io.fromMemory(bomb)))).rejects.toThrow('weightsBeyondFile');
  expect(memory().numBytes - before).toBeLessThan(10_000);
  expect(dense(100).countParams()).toBe(500);
});

test('values per sample count all layers, nested ones too; batches shrink with them', () => {
  const inner = sequential({ layers: [layers.dense({ units: 5, inputShape: [3] }), layers.dense({ units: 7 })] });
  const outer = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] }), inner] });
  expect(valuesPerSample({ kind: 'layers', model: outer }, 1)).toBe(3 + 5 + 7 + 7);
  expect(batchSizeFor(1000)).toBe(32);
  expect(batchSizeFor(8_000_000)).toBe(4);
  expect(() => batchSizeFor(1e9)).toThrow('samplesTooLarge');
});

// The last test: the limit can't be lifted.
test('a tensor beyond the limit throws before it is made', () => {
  limitTensors(memory().numBytes + 4000);
  expect(() => zeros([999])).not.toThrow();
  expect(() => fill([1e6, 1e6], 1)).toThrow('outOfMemory');
  expect(() => zeros([2000])).toThrow('outOfMemory');
  expect(engine().backendName).toBe('wasm');
});
