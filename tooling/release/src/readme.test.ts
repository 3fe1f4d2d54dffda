import { expect, test } from 'vitest';
import { exampleOf, importedPackages, installLineOf } from './readme.mjs';

const readme = [
  '# x',
  '```sh',
  'npm install @relumine/x \\',
  '  @tensorflow/tfjs-core',
  '```',
  '```js',
  "import { a } from '@relumine/x/layers';",
  "import * as tf from '@tensorflow/tfjs-core';",
  "const { readFile } = await import('node:fs/promises');",
  '```',
  '',
].join('\n');

test('reads what a README says to install, and what its example imports', () => {
  expect(installLineOf(readme)).toEqual(['@relumine/x', '@tensorflow/tfjs-core']);
  expect(importedPackages(exampleOf(readme) as string)).toEqual(['@relumine/x', '@tensorflow/tfjs-core']);
  expect(installLineOf('# y\n```sh\nnpx y\n```\n')).toBeUndefined();
  expect(exampleOf('# y\n```ts\nlet z;\n```\n')).toBeUndefined();
});
