import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whose bundle it is for, and whose tfjs-core it reads. */
const backend = fileURLToPath(new URL('../../packages/wasm-backend/', import.meta.url));
const name = 'virtual:tfjs-gradients';
const notice = `/**
 * @license
 * The gradient definitions below are tfjs-core's. Copyright 2018-2021 Google LLC. Licensed under the Apache License,
 * Version 2.0: http://www.apache.org/licenses/LICENSE-2.0
 */`;
const resolved = `\0${name}`;

/**
 * Brings tfjs-core's gradient definitions into a bundle. The package itself registers none on import, and its files
 * can't be loaded by plain Node (they import each other without extensions). Only the definitions are bundled: whatever
 * they import from the rest of tfjs-core is taken from the installed `@tensorflow/tfjs-core`, so there is one engine.
 * @returns {import('vite').Plugin}
 */
export function tfjsGradients() {
  const package_ = dirname(createRequire(join(backend, 'package.json')).resolve('@tensorflow/tfjs-core/package.json'));
  const folder = join(package_, 'dist', 'gradients');
  const internals = join(backend, 'src', 'gradients', 'tfjsInternals.ts');
  return {
    name: 'relumine:tfjs-gradients',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source === name) return resolved;
      if (importer === resolved) return { id: source, moduleSideEffects: false };
      if (importer?.startsWith(folder + sep)) {
        if (source.startsWith('./')) return { id: join(folder, `${source.slice(2)}.js`), moduleSideEffects: false };
        if (source.startsWith('../')) return internals;
      }
      return null;
    },
    // A hundred copies of one notice, which stands once at the head of the virtual module.
    transform(code, id) {
      return id.startsWith(folder + sep)
        ? { code: code.replace(/^\/\*\*\s*\* @license[\s\S]*?\*\//, ''), map: null }
        : null;
    },
    load(id) {
      if (id !== resolved) return null;
      const files = readdirSync(folder).filter((file) => /_grad\.js$/.test(file));
      const imports = [];
      const configs = [];
      for (const file of files) {
        const path = join(folder, file);
        const exported = /export const (\w+GradConfig)\b/.exec(readFileSync(path, 'utf8'))?.[1];
        if (!exported) throw new Error(`No gradient definition in ${path}`);
        imports.push(`import { ${exported} } from ${JSON.stringify(path)};`);
        configs.push(exported);
      }
      return `${notice}\n${imports.join('\n')}\nexport const gradConfigs = [${configs.join(', ')}];\n`;
    },
  };
}
