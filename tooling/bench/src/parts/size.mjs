import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Bytes of the four modules, and of each gzipped, as they lie in the built package. */
export async function size() {
  const dist = dirname(createRequire(import.meta.url).resolve('@relumine/wasm-backend'));
  const file = readdirSync(dist).find((name) => /^binaries-.*\.js$/.test(name));
  const { binaries } = await import(pathToFileURL(join(dist, file)).href);
  const modules = Object.entries(binaries).map(([name, text]) => {
    const bytes = Buffer.from(text, 'base64');
    return { name, bytes: bytes.length, gzip: gzipSync(bytes).length };
  });
  return {
    modules,
    gzip: modules.reduce((sum, { gzip }) => sum + gzip, 0),
    index: readFileSync(join(dist, 'index.js')).length,
  };
}
