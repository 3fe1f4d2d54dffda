import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importsOf, sourcesOf } from './imports';
import { arrows } from './rules';
import { violation } from './violations';

const packages = resolve(dirname(fileURLToPath(import.meta.url)), '../../../packages');
const names = readdirSync(packages).filter((name) => existsSync(join(packages, name, 'package.json')));

describe.each(names)('%s', (name) => {
  const folder = join(packages, name);
  const sources = sourcesOf(folder).map((file) => ({ file, imports: importsOf(file) }));

  test('imports only downwards, through exports', () => {
    const found = sources.flatMap(({ file, imports }) =>
      imports.flatMap((specifier) => {
        const why = violation(name, specifier);
        return why ? [`${relative(packages, file)}: ${why}`] : [];
      }),
    );
    expect(found).toEqual([]);
  });

  test('declares what it ships with: no source leans on a devDependency', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, object>;
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    const bare = sources.flatMap(({ imports }) => imports).filter((s) => !/^(\.|node:|virtual:)/.test(s));
    const packageNames = bare.map((s) =>
      s
        .split('/')
        .slice(0, s.startsWith('@') ? 2 : 1)
        .join('/'),
    );
    expect([...new Set(packageNames)].filter((s) => !(s in declared))).toEqual([]);
  });

  test('stays inside its folder', () => {
    const leaving = sources.flatMap(({ file, imports }) =>
      imports.filter(
        (s) => s.startsWith('.') && relative(join(folder, 'src'), resolve(dirname(file), s)).startsWith('..'),
      ),
    );
    expect(leaving).toEqual([]);
  });
});

test('the rules themselves have no cycle', () => {
  const depth = (name: string, path: string[] = []): number => {
    if (path.includes(name)) throw new Error(`Cycle: ${[...path, name].join(' → ')}`);
    return 1 + Math.max(0, ...(arrows[name] ?? []).map((to) => depth(to, [...path, name])));
  };
  expect(() => Object.keys(arrows).map((name) => depth(name))).not.toThrow();
});

test('a wrong import is found, in each form it can take', () => {
  const text = `
    import { a } from '@relumine/lab';
    import type { B } from '@relumine/wasm-backend';
    export * from '@relumine/activations/src/elu';
    export { c } from '@tensorflow/tfjs-backend-wasm';
    const d = await import('@relumine/models');
    import { e } from '@relumine/core';
    import { f } from '@tooling/testing';`;
  const found = importsOf('wrong.ts', text).map((specifier) => violation('dead-neuron-metrics', specifier));
  expect(found.filter(Boolean)).toHaveLength(6);
  expect(violation('models', '@relumine/activations/layers')).toBeUndefined();
  expect(violation('activations', '@relumine/dead-neuron-metrics')).toBe(
    'activations must not import dead-neuron-metrics (allowed: core)',
  );
});
