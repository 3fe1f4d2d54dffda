/* The threads themselves: what they run, and how they start in Node and in browsers. The words are those of threads.ts. */

/** Words of the control block: parts still open (below the job's number), parts done, parts that failed. */
export const OPEN = 0;
export const DONE = 1;
export const FAILED = 2;
export const maxParts = 48;
export const maxArguments = 31;
/** A part in the table: the kernel's index, the number of arguments, the arguments, and what is added to each by a thread's number. */
export const partSlots: number = 2 + 2 * maxArguments;
export const headerBytes = 64;
export const countMask = 255;

/**
 * How long a thread looks out for the next part before it sleeps: kernels of a step follow each other within tens of
 * microseconds, and waking a sleeper takes as long.
 */
const watchMs = 0.1;

/** What each thread runs, as text: a worker can then start in Node, in pages and in bundles without a file of its own. */
const workerText = `
const run = ({ module, memory, control, names, index }) => {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const words = new Int32Array(control);
  const table = new Float64Array(control, ${headerBytes});
  let sleepAt = 0;
  postReady();
  for (;;) {
    const word = Atomics.load(words, ${OPEN});
    const open = word & ${countMask};
    if (open === 0) {
      if (performance.now() > sleepAt) Atomics.wait(words, ${OPEN}, word);
      continue;
    }
    if (Atomics.compareExchange(words, ${OPEN}, word, word - 1) !== word) continue;
    const at = (open - 1) * ${partSlots};
    const values = [];
    for (let i = at + 2; i < at + 2 + table[at + 1]; i++) values.push(table[i] + index * table[i + ${maxArguments}]);
    try {
      kernels[names[table[at]]](...values);
    } catch {
      Atomics.store(words, ${FAILED}, 1);
    }
    Atomics.add(words, ${DONE}, 1);
    Atomics.notify(words, ${DONE});
    sleepAt = performance.now() + ${watchMs};
  }
};
`;

export interface Thread {
  ready: Promise<void>;
  stop(): Promise<unknown>;
}

export interface StartData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: SharedArrayBuffer;
  names: string[];
  /** Its number; the calling thread's is 0. */
  index: number;
}

const isNode = (): boolean => typeof globalThis.process?.getBuiltinModule === 'function';

/** Read when this module loads: while the backend starts, another class stands in Node's place. */
const NodeWorker = isNode() ? globalThis.process.getBuiltinModule('node:worker_threads').Worker : undefined;

function startInNode(data: StartData): Thread {
  if (NodeWorker === undefined) throw new Error('Node has no worker threads here.');
  const text = `const { parentPort, workerData } = require('node:worker_threads');
const postReady = () => parentPort.postMessage('ready');${workerText}run(workerData);`;
  const worker = new NodeWorker(text, { eval: true, execArgv: [], name: 'relumine-kernels', workerData: data });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread ended.')));
  });
  // From then on it may end without a word: the calling thread does its parts.
  worker.on('error', () => undefined);
  const settled = ready.finally(() => worker.unref());
  return { ready: settled, stop: () => worker.terminate() };
}

function startInBrowser(data: StartData): Thread {
  const text = `const postReady = () => postMessage('ready');${workerText}onmessage = ({ data }) => run(data);`;
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(address, { name: 'relumine-kernels' });
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  }).finally(() => URL.revokeObjectURL(address));
  worker.postMessage(data);
  return { ready, stop: async () => worker.terminate() };
}

/** Starts one thread, which waits for parts. */
export const startThread = (data: StartData): Thread => (isNode() ? startInNode(data) : startInBrowser(data));
