import { env } from '@tensorflow/tfjs-core';

type WorkerThreads = typeof import('node:worker_threads');
type NodeWorker = import('node:worker_threads').Worker;

/** Whether this is Node with its own modules: only there can a built-in module be had without an import. */
export const isNode = (): boolean => typeof globalThis.process?.getBuiltinModule === 'function';

/** What the workers of one heap have in common. */
interface Crew {
  readonly threads: WorkerThreads;
  /** The text that every worker runs, and the file that it loads the backend from. */
  readonly text: string;
  readonly script: string;
  readonly ready: Promise<void>[];
  readonly died: (cause: Error) => void;
}

type Message = { cmd?: string; [field: string]: unknown };

/**
 * Stands in for `Worker` in the backend's start-up code, which in Node hands it addresses (`blob:`) that Node's workers do
 * not take, starts eight of them, and keeps the process alive for their sake. A real worker is started for each thread
 * that is really used, and none keeps the process alive.
 */
function workerClass(crew: Crew): new () => object {
  return class {
    onmessage: ((event: { data: Message }) => void) | undefined;
    private load: Message | undefined;
    private real: NodeWorker | undefined;

    /** The messages of a worker go to `onmessage`; its errors end at {@link Crew.died}. */
    on(): this {
      return this;
    }

    ref(): void {}

    unref(): void {}

    postMessage(message: Message): void {
      if (message.cmd !== 'load') {
        this.start().postMessage(message);
        return;
      }
      this.load = { ...message, urlOrBlob: crew.script };
      queueMicrotask(() => this.onmessage?.({ data: { cmd: 'loaded' } }));
    }

    terminate(): void {
      this.real?.removeAllListeners('exit');
      void this.real?.terminate();
    }

    private start(): NodeWorker {
      if (this.real) return this.real;
      const real = new crew.threads.Worker(crew.text, { eval: true, execArgv: [], name: 'tfjs-backend-wasm' });
      this.real = real;
      const ready = new Promise<void>((resolve, reject) => {
        real.on('message', (data: Message) => {
          if (data.cmd === 'loaded') {
            real.unref();
            resolve();
          } else this.onmessage?.({ data });
        });
        const fail = (cause: Error): void => {
          reject(cause);
          crew.died(cause);
        };
        real.on('error', fail);
        real.on('exit', (code) => fail(new Error(`the thread ended with code ${code}`)));
      });
      ready.catch(() => undefined);
      crew.ready.push(ready);
      real.postMessage(this.load);
      return real;
    }
  };
}

/** Puts `values` in the place of an object's properties and returns a function that puts the old ones back. */
function replace<T extends object>(target: T, values: Partial<T>): () => void {
  const before = Object.keys(values).map((key) => [key, Object.getOwnPropertyDescriptor(target, key)] as const);
  Object.assign(target, values);
  return () => {
    for (const [key, descriptor] of before) {
      if (descriptor) Object.defineProperty(target, key, descriptor);
      else delete target[key as keyof T];
    }
  };
}

/**
 * Runs `start`, which starts the wasm backend, so that the backend computes on `count` threads in Node, where tfjs
 * switches its threads off; waits until they stand ready.
 *
 * @param died called when a thread ends that nobody ended
 */
export async function withNodeThreads<T>(
  count: number,
  start: () => Promise<T>,
  died: (cause: Error) => void,
): Promise<T> {
  const { getBuiltinModule } = globalThis.process;
  const threads = getBuiltinModule('node:worker_threads');
  const os = getBuiltinModule('node:os');
  const require = getBuiltinModule('node:module').createRequire(import.meta.url);
  const file = (name: string): string =>
    require.resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd${name}`);
  const { wasmWorkerContents } = require(file('.worker.js')) as { wasmWorkerContents: string };
  const crew: Crew = {
    threads,
    text: wasmWorkerContents.replace(/\n/g, '\\n'),
    script: file('.js'),
    ready: [],
    died,
  };
  // The backend takes half of the cores at most.
  const cores = os.cpus();
  const twice = Array.from({ length: 2 * count }, (_, i) => cores[i % cores.length]!);
  const restore = [
    replace(threads as { Worker: unknown }, { Worker: workerClass({ ...crew, threads: { ...threads } }) }),
    replace(globalThis as { Worker?: unknown }, { Worker: undefined }),
    replace(os as { cpus: () => typeof cores }, { cpus: () => (twice.length > cores.length ? twice : cores) }),
  ];
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  try {
    const started = await start();
    await Promise.all(crew.ready);
    return started;
  } finally {
    for (const undo of restore) undo();
    // A backend that is started without us must not try: its workers would fail.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  }
}
