import { describe, expect, test } from 'vitest';
import { deeperThan, readModelJson } from './modelJson';
import type { AuditProblem } from './problem';

const layers = { class_name: 'Sequential', config: { layers: [] } };
const manifest = (weights: object[], paths: unknown[] = ['w.bin']): object => ({
  modelTopology: layers,
  weightsManifest: [{ paths, weights }],
});
const read = (json: object): ReturnType<typeof readModelJson> => readModelJson('model.json', JSON.stringify(json));

function codeOf(json: object): string {
  try {
    read(json);
  } catch (error) {
    return (error as AuditProblem).problem.code;
  }
  return 'fine';
}

test('depth counts brackets, not those in text, and escapes do not end a text', () => {
  expect(deeperThan('[[[]]]', 2)).toBe(true);
  expect(deeperThan('[[[]]]', 3)).toBe(false);
  expect(deeperThan('[[],[],[[]]]', 3)).toBe(false);
  expect(deeperThan('["[[[[", "\\"[[[["]', 1)).toBe(false);
  expect(deeperThan('{"a":{"b":{}}}', 2)).toBe(true);
  expect(deeperThan('"an end that never comes', 1)).toBe(false);
});

test('bytes are those that the weights take in the file: quantised ones less, text ones are not known', () => {
  const weights = [
    { name: 'a', shape: [2, 3], dtype: 'float32' },
    { name: 'b', shape: [5], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } },
    { name: 'c', shape: [3], dtype: 'float32', quantization: { dtype: 'float16' } },
    { name: 'd', shape: [], dtype: 'int32' },
    { name: 'e', shape: [7], dtype: 'bool' },
    { name: 'f', shape: [0, 9], dtype: 'float32' },
  ];
  expect(read(manifest(weights))).toMatchObject({ kind: 'layers', weightBytes: 24 + 5 + 6 + 4 + 7, weightValues: 22 });
  expect(read(manifest([...weights, { name: 'g', shape: [1], dtype: 'string' }])).weightBytes).toBeUndefined();
});

test('graphs are told from layers', () => {
  expect(read({ modelTopology: { node: [] }, weightsManifest: [] }).kind).toBe('graph');
  expect(read({ format: 'graph-model', modelTopology: { node: [] } }).kind).toBe('graph');
  expect(read({ modelTopology: { model_config: layers }, weightsManifest: [] }).kind).toBe('layers');
});

describe('what is refused', () => {
  const one = { name: 'a', shape: [1], dtype: 'float32' };
  test.each([
    ['notAModel', { modelTopology: [] }],
    ['notAModel', { modelTopology: { hello: 1 }, weightsManifest: [] }],
    ['badManifest', { modelTopology: layers, weightsManifest: 7 }],
    ['badManifest', { modelTopology: layers, weightsManifest: [null] }],
    ['badManifest', manifest([{ ...one, shape: [-1] }])],
    ['badManifest', manifest([{ ...one, shape: [1.5] }])],
    ['badManifest', manifest([{ ...one, shape: 'x' }])],
    ['badManifest', manifest([{ ...one, dtype: 'float128' }])],
    ['badManifest', manifest([{ ...one, quantization: { dtype: 'uint3' } }])],
    ['badManifest', manifest([{ ...one, name: 3 }])],
    ['weightsTooLarge', manifest([{ ...one, shape: [1e9] }])],
    ['weightsTooLarge', manifest([{ ...one, shape: [1e300, 1e300] }])],
    ['weightsTooLarge', manifest(Array.from({ length: 600 }, () => ({ ...one, shape: [250_000] })))],
    ...['../w', 'a/../../w', '/etc/passwd', 'C:\\w', 'https://example.org/w', '', 'a//b', 'a\0b', 7, null, '..\\w'].map(
      (path): [string, object] => ['pathOutside', manifest([one], [path])],
    ),
  ] as [string, object][])('%s: %j', (code, json) => {
    expect(codeOf(json)).toBe(code);
  });

  test('paths below the folder are taken', () => {
    expect(read(manifest([one], ['./w.bin', 'shards/group1-shard1of1.bin'])).paths).toEqual([
      'w.bin',
      'shards/group1-shard1of1.bin',
    ]);
  });
});
