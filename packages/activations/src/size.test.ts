import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { expect, test } from 'vitest';
import { activationNames } from './index';

/** The gzipped size of what a user's bundler makes of some exports, tfjs left out. */
async function bundled(names: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'relumine-size-'));
  const entry = join(folder, 'entry.mjs');
  writeFileSync(entry, `export ${names} from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};`);
  try {
    const result = (await build({
      configFile: false,
      logLevel: 'silent',
      resolve: { conditions: ['@relumine/source', 'module'] },
      build: {
        write: false,
        minify: true,
        lib: { entry, formats: ['es'], fileName: 'out' },
        // Libraries keep their white space unless told; the page of a user does not.
        rollupOptions: { external: [/^@tensorflow\//, '@relumine/core'], output: { minify: true } },
      },
    })) as Rollup.RollupOutput[];
    return gzipSync([result].flat()[0]!.output[0].code, { level: 9 }).length;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(activationNames)('%s imported alone, beside core, is at most 1 kB', async (name) => {
  const size = await bundled(`{ ${name} }`);
  expect([name, size, size <= 1024]).toEqual([name, size, true]);
});

test.each([
  [
    'each by itself, by name and with gains',
    `${activationNames.join(', ')}, activation, gain, forwardGain, backwardGain`,
  ],
  ['by name, and what tables tell', 'activation, catalogue'],
])('all functions, %s, are at most 8 kB', async (_, names) => {
  const size = await bundled(`{ ${names} }`);
  expect([size, size <= 8192]).toEqual([size, true]);
});
