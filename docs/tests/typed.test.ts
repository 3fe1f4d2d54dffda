import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { blocksOf, docs } from './blocks';

const folder = resolve(docs, '.examples/typed');

test('every ```ts block of the pages compiles, strictly', () => {
  const blocks = blocksOf('ts');
  expect(blocks.length).toBeGreaterThan(5);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = blocks.map(({ page, code }, i) => {
    const file = resolve(folder, `${page.replaceAll(/\W+/g, '-')}-${i}.ts`);
    writeFileSync(file, `${code}\nexport {};\n`);
    return file;
  });
  const shim = resolve(folder, 'shim.d.ts');
  writeFileSync(shim, "declare module '*?url' { const address: string; export default address; }\n");
  const program = ts.createProgram([...files, shim], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  });
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, start, messageText }) => {
      const line = file && start !== undefined ? file.text.slice(0, start).split('\n').length : 0;
      return `${file?.fileName.split('/').at(-1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    })
    .filter((fault) => !fault.includes('@webgpu'));
  expect(faults).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});
