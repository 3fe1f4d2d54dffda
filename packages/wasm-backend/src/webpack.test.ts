import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import loader from './webpack';

const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const resourcePath = join(folder, 'dist/backend_wasm.js');
const source = readFileSync(resourcePath, 'utf8');
const threaded = readFileSync(join(folder, 'wasm-out/tfjs-backend-wasm-threaded-simd.js'), 'utf8');

test('tfjs gets the whole text of its threaded module, and no function is turned into text', () => {
  expect(source).toContain('wasmFactoryThreadedSimd.toString()');
  const code = loader.call({ resourcePath }, source);
  expect(code).not.toContain('wasmFactoryThreadedSimd.toString()');
  const [first, ...rest] = code.split('\n');
  expect(new Function(`${first} return wasmFactoryText;`)()).toBe(threaded);
  expect(rest.join('\n')).toContain('wasmFactoryText');
});

test('other files are left alone, another version is refused while building', () => {
  expect(loader.call({ resourcePath: '/app/dist/backend_wasm.js' }, source)).toBe(source);
  const other = () => loader.call({ resourcePath }, 'export const nothing = 1;');
  expect(other).toThrow(/\[relumine\/wasm-backend\/webpack\].*Install @tensorflow\/tfjs-backend-wasm 4\.22/);
});
