import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'vite';

const dist = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json')), 'dist');
const literal = (path: string): string => JSON.stringify(join(dist, path));

/**
 * Bundles tfjs-core's own tests of its operations, which its package holds in dist/, into one module that plain Node loads.
 *
 * @returns the module's path; it exports `setTestEnvs` and `load`
 */
export async function bundleTests(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'relumine-tfjs-core-'));
  const entry = join(folder, 'entry.js');
  const tests = readdirSync(join(dist, 'ops')).filter((file) => file.endsWith('_test.js'));
  const lines = [
    `export { setTestEnvs } from ${literal('jasmine_util.js')};`,
    `import ${literal('public/chained_ops/register_all_chained_ops.js')};`,
    `import ${literal('register_all_gradients.js')};`,
    `export async function load() {`,
    ...tests.map((file) => `  await import(${literal(`ops/${file}`)});`),
    '}',
  ];
  writeFileSync(entry, lines.join('\n'));
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    plugins: [
      {
        name: 'without-jasmine',
        transform: (code, id) =>
          id.endsWith('jasmine_util.js')
            ? code.replace(/const jasmineRequire[\s\S]*?core\(jasmineRequire\);/, 'const jasmineCore = {};')
            : null,
      },
    ],
    build: {
      ssr: entry,
      outDir: join(folder, 'dist'),
      minify: false,
      rollupOptions: { treeshake: false, output: { entryFileNames: 'tests.mjs' } },
    },
  });
  return join(folder, 'dist', 'tests.mjs');
}
