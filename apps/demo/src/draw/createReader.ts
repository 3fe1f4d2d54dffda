import { reactive } from 'vue';
import type { DigitAnswer, ReaderAnswer } from './protocol';

export type ReaderWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

export interface Reader {
  readonly state: { phase: 'starting' | 'ready' | 'failed'; restarts: number; detail: string };
  /** How the shipped network answers; of questions that come faster than answers, only the last is asked. */
  ask(pixels: Float32Array): void;
  stop(): void;
}

/** A worker that crashes again and again is left alone. */
const mostRestarts = 3;

/** The shipped network in a worker, which is started again where it crashes. */
export function createReader(makeWorker: () => ReaderWorker, take: (answer: DigitAnswer) => void): Reader {
  const state: Reader['state'] = reactive({ phase: 'starting', restarts: 0, detail: '' });
  let worker: ReaderWorker | undefined;
  let asked: { id: number; pixels: Float32Array } | undefined;
  let waiting: Float32Array | undefined;
  let last = 0;

  const send = (pixels: Float32Array): void => {
    asked = { id: ++last, pixels };
    worker?.postMessage(asked);
  };
  const start = (): void => {
    state.phase = 'starting';
    try {
      worker = makeWorker();
      worker.onmessage = ({ data }: MessageEvent<ReaderAnswer>) => hear(data);
      worker.onerror = () => crash();
    } catch (cause) {
      fail(cause instanceof Error ? cause.message : String(cause));
    }
  };
  const fail = (detail: string): void => {
    worker?.terminate();
    worker = undefined;
    Object.assign(state, { phase: 'failed', detail });
  };
  const crash = (): void => {
    worker?.terminate();
    if (state.restarts >= mostRestarts) {
      fail('');
      return;
    }
    state.restarts++;
    start();
    const again = waiting ?? asked?.pixels;
    waiting = undefined;
    if (again) send(again);
  };
  const hear = (answer: ReaderAnswer): void => {
    if (answer.type === 'failed') fail(answer.detail);
    else if (answer.type === 'ready') state.phase = 'ready';
    else if (answer.id === last) {
      asked = undefined;
      take(answer);
      if (waiting) send(waiting);
      waiting = undefined;
    }
  };
  start();
  return {
    state,
    ask(pixels) {
      if (asked) waiting = pixels;
      else send(pixels);
    },
    stop() {
      worker?.terminate();
      worker = undefined;
    },
  };
}
