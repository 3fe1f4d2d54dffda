import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';

/** Each bundles one module, minified, for browsers, with `external` left out, into a folder. */
export const bundlers = {
  async esbuild(entry, outdir, external) {
    const options = {
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      splitting: true,
      logLevel: 'error',
    };
    await esbuild({ entryPoints: [entry], outdir, external, ...options });
  },
  async vite(entry, outdir, external) {
    await vite({
      root: dirname(entry),
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: outdir,
        minify: true,
        target: 'es2022',
        modulePreload: false,
        rollupOptions: { input: entry, external, preserveEntrySignatures: 'strict' },
      },
    });
  },
  async webpack(entry, outdir, external) {
    const stats = await new Promise((resolve, reject) => {
      const options = {
        mode: 'production',
        context: dirname(entry),
        entry,
        // Tensor libraries are larger than webpack likes; their size is looked at here.
        performance: false,
        externalsType: 'module',
        externals: Object.fromEntries(external.map((name) => [name, name])),
        experiments: { outputModule: true },
        output: { path: outdir, module: true, library: { type: 'module' } },
      };
      webpack(options, (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  },
};

/** The code that a bundler writes for one module: the entry with its static chunks first, then what is loaded later. */
export async function bundle(name, entry, outdir, external) {
  mkdirSync(outdir, { recursive: true });
  await bundlers[name](entry, outdir, external);
  const files = readdirSync(outdir, { recursive: true }).filter((file) => /\.m?js$/.test(file));
  return files.map((file) => ({ file: join(outdir, file), code: readFileSync(join(outdir, file), 'utf8') }));
}
