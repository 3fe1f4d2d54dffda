// Writes src/generated from the names in @relumine/core, in their order, and what the file of each in src/functions exports: the
// functions with their options (functions.ts), definitions and entries (lists.ts). So an activation is a name and a file.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));
const core = await readFile(join(source, '../../core/src/activation.ts'), 'utf8');
const [, list] = /activationNames = \[([^\]]*)\] as const/.exec(core) ?? [];
const names = [...(list ?? '').matchAll(/'(\w+)'/g)].map(([, name]) => name);
if (names.length === 0) throw new Error('@relumine/core has no list of activationNames.');

/** What is exported of an activation's file. */
async function exportsOf(name) {
  const text = await readFile(join(source, `functions/${name}.ts`), 'utf8');
  const has = (pattern) => new RegExp(`^export ${pattern}\\b`, 'm').test(text);
  for (const needed of [`function ${name}`, `const ${name}Entry`])
    if (!has(needed)) throw new Error(`src/functions/${name}.ts does not export \`${needed}\`.`);
  const [, options] = /^export interface (\w+Options)\b/m.exec(text) ?? [];
  return { name, options, defined: has(`const ${name}Definition`) };
}

const files = await Promise.all(names.map(exportsOf));
const note =
  '// Written by scripts/listFunctions.mjs at each build; the list is `activationNames` in @relumine/core.\n';
const alphabetical = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
const exported = alphabetical.map(({ name, options }) => {
  return `export { ${options ? `type ${options}, ` : ''}${name} } from '../functions/${name}';`;
});
const imported = alphabetical.map(({ name, defined }) => {
  return `import { ${defined ? `${name}Definition, ` : ''}${name}Entry } from '../functions/${name}';`;
});
const lists = `import type { ActivationName } from '@relumine/core';
${imported.join('\n')}
import type { Definition, Entry } from '../shared/definition';

export const listed: readonly Definition[] = [
${files.flatMap(({ name, defined }) => (defined ? [`  ${name}Definition,`] : [])).join('\n')}
];

export const entries: Readonly<Record<ActivationName, Entry>> = {
${files.map(({ name }) => `  ${name}: ${name}Entry,`).join('\n')}
};
`;

for (const [file, text] of [
  ['functions.ts', `${exported.join('\n')}\n`],
  ['lists.ts', lists],
]) {
  const path = join(source, 'generated', file);
  await mkdir(join(source, 'generated'), { recursive: true });
  // Left alone where nothing changes, so that nothing is built again for it.
  if ((await readFile(path, 'utf8').catch(() => '')) !== note + text) await writeFile(path, note + text);
}
