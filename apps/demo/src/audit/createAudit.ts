import { reactive } from 'vue';
import type { Dropped } from './dropped';
import { limits } from './limits';
import { AuditProblem, type Problem, problemOf } from './problem';
import type { AuditAnswer, Audited, AuditRequest, Opened } from './protocol';
import { sortFiles } from './sortFiles';

export type AuditWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

export interface AuditState {
  phase: 'waiting' | 'running' | 'proving' | 'done' | 'failed';
  /** Files that describe the model, and its weights. */
  model: Dropped[];
  images: Dropped[];
  problem: Problem | undefined;
  opened: Opened | undefined;
  done: number;
  total: number;
  audited: Audited | undefined;
}

export interface Audit {
  readonly state: AuditState;
  /** Takes what `find` finds: a model takes the place of the one before, images that of the images. */
  add(find: () => Promise<Dropped[]>): Promise<void>;
  run(options: Omit<AuditRequest, 'files'>): void;
  /** Ends what runs; the files stay. */
  stop(): void;
  clear(): void;
}

/**
 * An audit as a state to show. Each runs in a worker of its own, which is ended afterwards: whatever a hostile file does
 * to it, the page stays, and the next audit starts afresh.
 */
export function createAudit(makeWorker: () => AuditWorker, silence: number = limits.silence): Audit {
  const state: AuditState = reactive({ ...fresh(), model: [], images: [] });
  let worker: AuditWorker | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const end = (): void => {
    clearTimeout(timer);
    worker?.terminate();
    worker = undefined;
  };
  const fail = (problem: Problem): void => {
    end();
    // What is known already stays: only the proofs are missing.
    if (state.phase === 'proving' && state.audited) {
      state.audited = { ...state.audited, uncertified: problem.code };
      state.phase = 'done';
    } else Object.assign(state, { phase: 'failed', problem });
  };
  const watch = (): void => {
    clearTimeout(timer);
    const patience = state.phase === 'proving' ? limits.proving : silence;
    timer = setTimeout(() => fail({ code: 'silent', values: { seconds: patience / 1000 } }), patience);
  };
  const take = (answer: AuditAnswer): void => {
    if (answer.type === 'proving') state.phase = 'proving';
    watch();
    if (answer.type === 'proving') return;
    if (answer.type === 'failed') fail(answer.problem);
    else if (answer.type === 'opened') state.opened = answer;
    else if (answer.type === 'progress') Object.assign(state, { done: answer.done, total: answer.total });
    else if (answer.type === 'finished') {
      end();
      state.phase = 'done';
    } else state.audited = answer;
  };

  return {
    state,
    async add(find) {
      end();
      Object.assign(state, fresh());
      try {
        const files = await find();
        const { json, images, idx, keras, rest } = sortFiles(files);
        const model = [...json, ...rest, ...keras];
        if (json.length > 0 || (keras.length > 0 && state.model.length === 0)) state.model = model;
        // Weights may come by themselves, after their model.json.
        else if (rest.length > 0) state.model = [...state.model, ...rest];
        if (images.length + idx.length > 0) state.images = [...images, ...idx];
      } catch (error) {
        const found = error instanceof AuditProblem ? error.problem : problemOf(error, 'auditFails');
        Object.assign(state, { phase: 'failed', problem: found });
      }
    },
    run(options) {
      end();
      Object.assign(state, fresh(), { phase: 'running' });
      const crashed = (detail: string): void => fail({ code: 'crashed', values: { detail } });
      try {
        worker = makeWorker();
        worker.onmessage = ({ data }: MessageEvent<AuditAnswer>) => take(data);
        worker.onerror = (event) => crashed((event as ErrorEvent).message ?? '');
        watch();
        worker.postMessage({ ...options, files: [...state.model, ...state.images].map((one) => ({ ...one })) });
      } catch (cause) {
        crashed(cause instanceof Error ? cause.message : String(cause));
      }
    },
    stop() {
      end();
      if (state.phase === 'proving') state.phase = 'done';
      else Object.assign(state, fresh());
    },
    clear() {
      end();
      Object.assign(state, fresh(), { model: [], images: [] });
    },
  };
}

const fresh = (): Omit<AuditState, 'model' | 'images'> => ({
  phase: 'waiting',
  problem: undefined,
  opened: undefined,
  done: 0,
  total: 0,
  audited: undefined,
});
