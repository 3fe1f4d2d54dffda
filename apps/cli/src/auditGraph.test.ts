import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadNeuronReport } from '@relumine/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relumine } from './relumine.testing';

let folder = '';
let file = '';

const strings = (...values: string[]): object => ({ list: { s: values.map((value) => btoa(value)) } });
const node = (name: string, op: string, input: string[], attr: object): object => ({ name, op, input, attr });
const float = { type: 'DT_FLOAT' };

/** A fused 1 × 1 convolution with three channels: the pixel itself, always 1, and never above 0. */
async function writeGraph(): Promise<void> {
  const weights = { k: { shape: [1, 1, 1, 3], values: [1, 0, -1] }, b: { shape: [3], values: [0, 1, -1] } };
  const nodes = [
    ...Object.keys(weights).map((name) => node(name, 'Const', [], { dtype: float })),
    node('x', 'Placeholder', [], {
      dtype: float,
      shape: { shape: { dim: [-1, 28, 28, 1].map((size) => ({ size })) } },
    }),
    node('h', '_FusedConv2D', ['x', 'k', 'b'], {
      T: float,
      strides: { list: { i: [1, 1, 1, 1] } },
      dilations: { list: { i: [1, 1, 1, 1] } },
      padding: { s: btoa('VALID') },
      data_format: { s: btoa('NHWC') },
      num_args: { i: 1 },
      fused_ops: strings('BiasAdd', 'Relu'),
    }),
  ];
  const model = {
    format: 'graph-model',
    modelTopology: { node: nodes, versions: { producer: 1 } },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: Object.entries(weights).map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  const values = Float32Array.from(Object.values(weights).flatMap((weight) => weight.values));
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(values.buffer));
  await writeFile(file, JSON.stringify(model));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-graph-'));
  file = join(folder, 'model.json');
  await writeGraph();
});
afterAll(() => rm(folder, { recursive: true }));

test('a GraphModel is audited: fused activations are seen, and a reference is compared with', async () => {
  const json = join(folder, 'report.json');
  const { code, err } = await relumine('audit', file, '--limit', '20', '--json', json);
  expect([code, err]).toEqual([0, '']);
  const report = JSON.parse(await readFile(json, 'utf8')) as DeadNeuronReport;
  expect(report.samples).toBe(20);
  expect(report.layers.map(({ name, activation, deadChannels }) => [name, activation, deadChannels])).toEqual([
    ['h', 'relu', [2]],
  ]);
  const same = await relumine('audit', file, '--limit', '20', '--reference', json);
  expect([same.code, same.err]).toEqual([0, '']);
});

test('what a GraphModel can not have is refused with a way out', async () => {
  const shards = await relumine('audit', file, '--limit', '20', '--shards', '2');
  expect([shards.code, shards.out]).toEqual([1, '']);
  expect(shards.err).toContain('`--shards` must be 1 for a tf.GraphModel. Received: 2. Leave it out.');
  const norms = await relumine('norms', file);
  expect([norms.code, norms.out]).toEqual([1, '']);
  expect(norms.err).toContain('must be a tf.LayersModel; of a tf.GraphModel there is the audit alone');
});
