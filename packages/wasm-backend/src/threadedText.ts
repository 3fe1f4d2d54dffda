/** How tfjs-backend-wasm 4.22 starts its workers: from the text of a function, which a minifier changes. */
const workerStart = /`var WasmBackendModuleThreadedSimd = ` \+\s*wasmFactoryThreadedSimd\.toString\(\)/;

/** Whether a path is that of the module in question. */
export const isBackendFile = (path: string): boolean => /tfjs-backend-wasm[\\/]dist[\\/]backend_wasm\.js$/.test(path);

/** Replaces that text by the variable `name`; throws where tfjs-backend-wasm is another. */
export function replaceWorkerStart(code: string, file: string, name: string, where: string): string {
  if (workerStart.test(code)) return code.replace(workerStart, name);
  throw new Error(
    `[relumine/wasm-backend/${where}] ${file} does not start its workers as tfjs-backend-wasm 4.22 does. Install @tensorflow/tfjs-backend-wasm 4.22.`,
  );
}
