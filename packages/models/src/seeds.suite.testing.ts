import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { deepNarrow, leNet5, type ModelOptions, mobileNet, resNet, simpleCnn, textCnn, vgg } from './index';

/** FNV-1a over the bits of all weights, in order: equal if and (but for chance) only if every bit is. */
function fingerprint(model: LayersModel): string {
  let hash = 0x811c9dc5;
  for (const weight of model.getWeights())
    for (const byte of new Uint8Array(Float32Array.from(weight.dataSync()).buffer))
      hash = Math.imul(hash ^ byte, 0x01000193);
  model.dispose();
  return (hash >>> 0).toString(16).padStart(8, '0');
}

const images = { inputShape: [12, 12, 1], classes: 3 };
const models: Record<string, (options: ModelOptions) => LayersModel> = {
  simpleCnn: (o) => simpleCnn({ ...images, ...o }),
  leNet5: (o) => leNet5({ ...images, ...o }),
  vgg: (o) => vgg({ ...images, depth: 8, width: 2, ...o }),
  resNet: (o) => resNet({ ...images, depth: 8, width: 4, ...o }),
  mobileNet: (o) => mobileNet({ ...images, width: 2, ...o }),
  deepNarrow: (o) => deepNarrow({ ...images, ...o }),
  textCnn: (o) => textCnn({ inputShape: [9], classes: 3, vocabulary: 20, embedding: 4, filters: 5, ...o }),
};

/** Weights that were drawn in Node 20 on WASM; the same seeds give the same bits wherever this runs. */
const expected: Record<string, string> = {
  simpleCnn: 'a4e78338 edc805a6 41c7e61f',
  leNet5: '295fdf71 4a6ebcb7 8e510769',
  vgg: '2c7f74fd 8fe06415 63b0e725',
  resNet: 'ff5c0a4b 328ef23d 59664cd8',
  mobileNet: '89ffc9b1 54e82f90 4a96cae7',
  deepNarrow: 'a0a725de 0a99869e 77cfb0af',
  textCnn: 'a4cca6c2 7745fb05 ccfabdaf',
};

/** Compares every model's weights with those that Node drew. */
export function seedSuite(): void {
  test.each(Object.keys(models))('%s: the same seed gives the same bits in Node and in a browser', (name) => {
    const found = ['heNormal', 'glorotUniform', 'kaimingUniform'].map((initializer) =>
      fingerprint(models[name]!({ seed: 'one seed', initializer: initializer as 'heNormal', activation: 'prelu' })),
    );
    expect(found.join(' ')).toBe(expected[name]);
  });
}
