import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isBackendFile, replaceWorkerStart } from './threadedText';

/**
 * Keeps the threaded wasm backend alive in minified builds, as a loader for webpack and for Next.js (Turbopack takes
 * webpack's loaders). tfjs starts its workers from the text of a function, in which a minifier renames a variable that
 * the function closes over; every worker then dies, and the start never ends. The loader hands tfjs the file's own text.
 *
 * @param code the text of `@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js`; any other file is given back as it is
 * @returns the module that starts its workers from the file's own text
 * @throws Error while building, where tfjs-backend-wasm is not as in 4.22
 * @example
 * // webpack.config.js
 * export default {
 *   module: { rules: [{ test: /tfjs-backend-wasm[\\/]dist[\\/]backend_wasm\.js$/, loader: '@relumine/wasm-backend/webpack' }] },
 * };
 */
export default function wasmThreadsLoader(this: { resourcePath: string }, code: string): string {
  const file = this.resourcePath;
  if (!isBackendFile(file)) return code;
  const text = readFileSync(join(dirname(file), '../wasm-out/tfjs-backend-wasm-threaded-simd.js'), 'utf8');
  return `const wasmFactoryText = ${JSON.stringify(text)};\n${replaceWorkerStart(code, file, 'wasmFactoryText', 'webpack')}`;
}
