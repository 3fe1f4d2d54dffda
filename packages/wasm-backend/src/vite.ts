import type { Plugin } from 'vite';
import { isBackendFile, replaceWorkerStart } from './threadedText';

const source = '../wasm-out/tfjs-backend-wasm-threaded-simd.js?raw';

/**
 * Keeps the threaded wasm backend alive in minified builds. tfjs starts its workers from the text of a function
 * (`wasmFactoryThreadedSimd.toString()`); a minifier renames a variable that the function closes over, every worker dies,
 * and `setBackend('wasm')` never settles. The plug-in hands tfjs the file's own text instead. Register it for the page and
 * for its workers.
 *
 * @throws Error while building, where tfjs-backend-wasm is not as in 4.22
 * @example
 * // vite.config.js
 * import { wasmThreads } from '@relumine/wasm-backend/vite';
 * export default { plugins: [wasmThreads()], worker: { format: 'es', plugins: () => [wasmThreads()] } };
 */
export function wasmThreads(): Plugin {
  return {
    name: 'relumine:wasm-threads',
    apply: 'build',
    enforce: 'pre',
    // A binary inlined as text can't be streamed, and a strict Content-Security-Policy forbids it.
    config: () => ({ build: { assetsInlineLimit: 0 } }),
    transform(code, id) {
      const file = id.split('?')[0] ?? id;
      if (!isBackendFile(file)) return null;
      const replaced = replaceWorkerStart(code, file, 'wasmFactoryText', 'vite');
      return { code: `import wasmFactoryText from '${source}';\n${replaced}`, map: null };
    },
  };
}
