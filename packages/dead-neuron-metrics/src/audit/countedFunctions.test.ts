import { activationLayer } from '@relumine/activations/layers';
import { type ActivationName, decodeNumber, type LayerReport } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import { dispose, profile, setBackend, tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { auditModel } from '../layers';

beforeAll(() => startWasm());

type Layer = tfl.layers.Layer;

const own =
  (name: ActivationName, params: Record<string, number | string> = {}) =>
  (): Layer =>
    activationLayer({ name, layerName: 'act', ...params });

/** Layers with a pass of their own: Relumine's functions, and tfjs's that its kernels compute. */
const layersOf: Record<string, () => Layer> = {
  leakyRelu: own('leakyRelu'),
  'leakyRelu, flat below 0': own('leakyRelu', { negativeSlope: 0 }),
  elu: own('elu'),
  celu: own('celu', { alpha: 0.5 }),
  selu: own('selu'),
  silu: own('silu'),
  mish: own('mish'),
  tanh: own('tanh'),
  softsign: own('softsign'),
  hardtanh: own('hardtanh'),
  hardswish: own('hardswish'),
  gelu: own('gelu'),
  logSigmoid: own('logSigmoid'),
  tanhshrink: own('tanhshrink'),
  softshrink: own('softshrink'),
  hardshrink: own('hardshrink'),
  threshold: own('threshold', { threshold: 0.5, value: -1 }),
  prelu: own('prelu'),
  'tfjs LeakyReLU': () => tfl.layers.leakyReLU({ alpha: 0.2, name: 'act' }),
  'tfjs ELU': () => tfl.layers.elu({ name: 'act' }),
  'tfjs selu': () => tfl.layers.activation({ activation: 'selu', name: 'act' }),
  'tfjs sigmoid': () => tfl.layers.activation({ activation: 'sigmoid', name: 'act' }),
  'tfjs tanh': () => tfl.layers.activation({ activation: 'tanh', name: 'act' }),
  'tfjs PReLU, a slope for each channel, some 0': () =>
    tfl.layers.prelu({
      name: 'act',
      sharedAxes: [1, 2],
      weights: [tensor([0, 0.25, -0.5, 0, 1e-4, 2, 0, 0.1], [1, 1, 8])],
    }),
};

/** z reaches from far below 0 to far above, and channels of it on one side only. */
const values = Float32Array.from({ length: 12 * 5 * 5 * 8 }, (_, i) => {
  const [z, channel] = [9 * Math.sin(i * 1.7) * Math.sin(i * 0.31), i % 8];
  return channel === 0 ? -Math.abs(z) : channel === 1 ? Math.abs(z) : channel === 2 ? -15 - Math.abs(z) : z;
});

async function report(
  make: () => Layer,
  x = values,
): Promise<{ layer: LayerReport; h: Float32Array; kernels: string[] }> {
  const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [5, 5, 8] }), make()] });
  const input = tensor(x, [x.length / 200, 5, 5, 8]);
  let layer: LayerReport | undefined;
  const { kernelNames } = await profile(async () => {
    const audited = await expectNoLeak(() => auditModel(model, input, { batchSize: 5 }));
    layer = audited.layers[0]!;
    return [];
  });
  const y = model.predict(input) as ReturnType<typeof tensor>;
  const h = (await y.data()) as Float32Array;
  dispose([input, y]);
  model.dispose();
  return { layer: layer!, h, kernels: kernelNames };
}

test.for(Object.keys(layersOf))('%s: counted in its pass or read value by value, the same figures', async (name) => {
  const counted = await report(layersOf[name]!);
  expect(counted.kernels).toContain('RelumineActivationStatistics');
  expect(counted.layer.statistics.nonPositive).toEqual(
    Array.from({ length: 8 }, (_, c) => counted.h.filter((h, i) => i % 8 === c && h <= 0).length),
  );
  await useBackend('cpu');
  const read = await report(layersOf[name]!);
  await setBackend('wasm');
  expect(read.kernels).not.toContain('RelumineActivationStatistics');
  for (const key of ['deadChannels', 'silentChannels', 'constantChannels', 'saturatedChannels'] as const)
    expect([key, counted.layer[key]]).toEqual([key, read.layer[key]]);
  const [a, b] = [counted.layer.statistics, read.layer.statistics];
  for (const key of ['fired', 'nan', 'infinite', 'unitFired', 'unitNan'] as const)
    expect([key, a[key]]).toEqual([key, b[key]]);
  for (const key of ['sum', 'sumAbs', 'sumSquares', 'min', 'max', 'maxPreactivation'] as const)
    for (const [c, value] of a[key].entries()) {
      const other = decodeNumber(b[key][c]!);
      // Positive and negative values cancel out in a sum, and their roundings don't.
      const scale = key === 'sum' ? decodeNumber(b.sumAbs[c]!) : Math.abs(other);
      expect(Math.abs(decodeNumber(value!) - other)).toBeLessThanOrEqual(1e-6 * Math.max(1, scale));
    }
});

test('a PReLU with a slope for each unit is read value by value', async () => {
  const make = (): Layer => tfl.layers.prelu({ name: 'act', alphaInitializer: 'ones' });
  const { layer } = await report(make);
  expect(layer.deadChannels).toEqual([]);
});

test('a NaN that the function makes of infinity is told by unit', async () => {
  const x = values.slice();
  x[6] = Number.NEGATIVE_INFINITY;
  // −∞ · 0
  const { layer, h } = await report(() => tfl.layers.prelu({ name: 'act', sharedAxes: [1, 2] }), x);
  const nan = Array.from({ length: 8 }, (_, c) => h.filter((one, i) => i % 8 === c && Number.isNaN(one)).length);
  expect(nan[6]).toBe(1);
  expect(layer.statistics.nan).toEqual(nan);
  expect(layer.statistics.unitNan.reduce((sum, count) => sum + count, 0)).toBe(nan.reduce((sum, n) => sum + n, 0));
});
