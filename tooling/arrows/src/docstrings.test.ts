import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultsOf } from './docstrings';
import { exportedSymbols } from './exportedSymbols';

const packages = resolve(import.meta.dirname, '../../../packages');

/** The sources of a package's entries. */
function entriesOf(name: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as {
    exports: Record<string, { '@relumine/source'?: string }>;
  };
  const sources = Object.values(exports).map((entry) => entry['@relumine/source']);
  return sources.filter((source) => source?.endsWith('.ts')).map((source) => join(packages, name, source as string));
}

describe.each(readdirSync(packages))('%s', (name) => {
  const symbols = entriesOf(name).flatMap(exportedSymbols);

  test('says of every exported name what it is, takes, gives, owns and refuses', () => {
    expect(symbols.length).toBeGreaterThan(0);
    const faults = symbols.flatMap((symbol) =>
      faultsOf(symbol).map((fault) => `${relative(packages, symbol.file)}: ${symbol.name} ${fault}`),
    );
    expect([...new Set(faults)]).toEqual([]);
  });
});

test('a docstring without what it must say is found', () => {
  const symbol = { name: 'f', file: 'f.ts', kind: 'function' as const };
  const signature = 'function f(x: Tensor): Tensor ';
  expect(faultsOf({ ...symbol, signature, doc: '', body: '{}' })).toEqual(['has no docstring']);
  expect(faultsOf({ ...symbol, signature, doc: 'f(x) = x.', body: "{ requirePositive(w, 'x', x); }" })).toEqual([
    'throws, but has no @throws',
    'takes or gives tensors, but names no shape',
    'gives a tensor, but does not say whose it is',
  ]);
  expect(
    faultsOf({ ...symbol, signature: 'function f(n: number): number ', doc: '`1 − 0.05^(1/n)`', body: '{}' }),
  ).toEqual(['has a formula, but names no source']);
  const doc =
    '`f(x) = x`.\n@param x float32[batch, channels], borrowed\n@returns the same shape, yours\n@throws TypeError\n@see Nobody 1999';
  expect(faultsOf({ ...symbol, signature, doc, body: "{ requirePositive(w, 'x', x); }" })).toEqual([]);
});
