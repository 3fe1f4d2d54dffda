/** What a backend whose thread has died must not do any more. */
interface MortalBackend {
  makeOutput(...args: unknown[]): unknown;
  write(...args: unknown[]): unknown;
  readSync(...args: unknown[]): unknown;
  disposeData(...args: unknown[]): boolean;
  dispose(): void;
  wasm: { PThread?: Crew } | null;
}

interface Crew {
  runningWorkers: { terminate(): void; onerror?: unknown }[];
  terminateAllThreads(): void;
}

const condemned = new WeakSet<object>();

/** Whether a thread of this backend has died. */
export const isCondemned = (backend: object): boolean => condemned.has(backend);

/**
 * Makes the next computation on `backend` fail with a clear error: it would wait for a dead thread, forever. Disposing
 * its tensors and the backend itself still works; so does reading, until then.
 */
export function condemn(backend: object, cause: Error): void {
  if (condemned.has(backend)) return;
  condemned.add(backend);
  const mortal = backend as MortalBackend;
  const fail = (): never => {
    throw new Error(
      `[relumine/wasm-backend] a thread of the wasm backend died (${cause.message}), and its tensors with it. Call startWasm() again and build the model anew.`,
      { cause },
    );
  };
  mortal.makeOutput = fail;
  mortal.write = fail;
  mortal.dispose = () => {
    // The backend's own way would wait for the dead thread.
    for (const worker of mortal.wasm?.PThread?.runningWorkers ?? []) worker.terminate();
    mortal.wasm = null;
    mortal.readSync = fail;
    mortal.disposeData = () => true;
  };
}

/** In a browser: a worker's failure condemns the backend, where tfjs would throw it into the page. */
export function watchThreads(backend: object): void {
  for (const worker of (backend as MortalBackend).wasm?.PThread?.runningWorkers ?? []) {
    worker.onerror = (event: ErrorEvent) => {
      event.preventDefault?.();
      condemn(backend, new Error(event.message));
    };
  }
}
