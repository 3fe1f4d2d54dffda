import { markRaw, reactive } from 'vue';
import { fitted, type TrainingPlan } from './plan/plan';
import type { Command, Looked, OwnImage, Progress, Report, ScriptedAct } from './protocol';
import { newRunView, takeAct, takeAudit, takeEvents, takeStep } from './store/runView';
import { hasSimd } from './store/simd';
import { defaultThreads } from './threads';
import {
  curveKey,
  newTrainingState,
  type ProblemKind,
  type Training,
  type TrainingOptions,
  type TrainingState,
  type TrainingWorker,
} from './trainingState';

const slowStart = 60_000;
/** A worker that says nothing for so long while it trains has been ended by the browser. */
const longestSilence = 30_000;
/** The watch looks once a second; where it comes later than this, the page itself was stopped. */
const longestTick = 5_000;
/** A worker that crashes again and again is not started again. */
const mostRestarts = 3;

const smoothRate = (before: number, now: number): number => (before === 0 ? now : 0.8 * before + 0.2 * now);

/**
 * Training in a worker, as a state to show.
 *
 * @param makeWorker starts the worker
 */
export function createTraining(
  makeWorker: () => TrainingWorker,
  { threads = defaultThreads(), simd = hasSimd, shown }: TrainingOptions = {},
): Training {
  const state = reactive(newTrainingState()) as TrainingState;
  let worker: TrainingWorker | undefined;
  let slow: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setInterval> | undefined;
  let heard = 0;
  let started = false;
  let wanted = threads;
  let restarts = 0;
  let turn = 0;
  let current: { plan: TrainingPlan; script: readonly ScriptedAct[]; images?: readonly OwnImage[] } | undefined;
  let looks = 0;
  const looking = new Map<number, (looked: Looked) => void>();

  let held: Command[] | undefined;
  const send = (command: Command): void => {
    if (held) held.push(command);
    else worker?.postMessage(command);
  };
  /** What is sent from now on goes, in its order, when the page has been shown. */
  const hold = (): void => {
    if (!shown || held) return;
    const mine: Command[] = [];
    held = mine;
    void shown().then(() => {
      // Another worker may have taken the place of the one that was spoken to.
      if (held !== mine) return;
      held = undefined;
      mine.forEach(send);
    });
  };
  const stop = (): void => {
    held = undefined;
    clearTimeout(slow);
    clearInterval(watchdog);
    worker?.terminate();
    worker = undefined;
  };
  const fail = (kind: ProblemKind, detail = ''): void => {
    stop();
    state.phase = 'failed';
    state.problem = { kind, detail };
  };
  const start = (): void => {
    if (!simd()) {
      fail('noSimd');
      return;
    }
    state.phase = 'starting';
    started = false;
    try {
      worker = makeWorker();
    } catch {
      fail('blocked');
      return;
    }
    worker.onmessage = ({ data }: MessageEvent<Report>) => take(data);
    worker.onerror = () => (started ? crash() : fail('blocked'));
    send({ type: 'start', threads: wanted });
    slow = setTimeout(() => fail('blocked'), slowStart);
    let ticked = Date.now();
    watchdog = setInterval(() => {
      const now = Date.now();
      // The machine slept, and the worker with it.
      if (now - ticked > longestTick) heard = now;
      ticked = now;
      if (started && state.phase === 'training' && now - heard > longestSilence) crash();
    }, 1000);
  };
  /** The worker is gone, and with it what was learned: a new one takes its place at step 0. */
  const crash = (): void => {
    if (restarts++ >= mostRestarts) {
      fail('failed');
      return;
    }
    stop();
    start();
    if (current) build(current.plan, current.script, current.images);
    state.problem = { kind: 'crashed', detail: '' };
  };

  const take = (report: Report): void => {
    heard = Date.now();
    if (report.type === 'failed') {
      fail('failed', report.message);
      return;
    }
    if (report.type === 'started') {
      clearTimeout(slow);
      started = true;
      const { threads, activations, initializers } = report;
      Object.assign(state, { threads, activations: markRaw(activations), initializers });
      if (state.phase === 'starting') state.phase = 'idle';
      return;
    }
    if (report.type === 'curve') {
      state.curves[curveKey(report.activation, report.params)] = markRaw(report);
      return;
    }
    // What was under way at a reset belongs to the networks before.
    if (report.turn !== turn) return;
    state.version++;
    takeCurrent(report);
  };
  const takeCurrent = (report: Exclude<Report, { type: 'failed' | 'started' | 'curve' }>): void => {
    if (report.type === 'built') {
      state.data = markRaw(report);
      state.runs.forEach((run, i) => {
        run.parameters = report.parameters[i] ?? 0;
      });
      return;
    }
    if (report.type === 'steps') {
      takeSteps(report);
      return;
    }
    if (report.type === 'refused' && report.what !== 'act') {
      state.problem = { kind: report.what, detail: report.reason };
      state.phase = 'idle';
      return;
    }
    const run = state.runs[report.run];
    if (!run) return;
    if (report.type === 'audit') takeAudit(run, report);
    else if (report.type === 'events') takeEvents(run, report.events);
    else if (report.type === 'inspected') run.inspected = markRaw(report);
    else if (report.type === 'acted') takeAct(run, report);
    else if (report.type === 'refused') run.refused = report.reason;
    else {
      looking.get(report.id)?.(report);
      looking.delete(report.id);
    }
  };
  const takeSteps = ({ steps, stepsPerSecond }: Progress): void => {
    for (const { step, loss, accuracy } of steps)
      state.runs.forEach((run, i) => {
        takeStep(run, step, loss[i] ?? Number.NaN, accuracy[i] ?? 0);
      });
    state.step = steps.at(-1)?.step ?? state.step;
    if (stepsPerSecond > 0) state.stepsPerSecond = smoothRate(state.stepsPerSecond, stepsPerSecond);
    // All are lost: going on would show nothing.
    if (state.runs.every(({ diverged }) => diverged)) pause();
  };

  const build: Training['build'] = (plan, script = [], images) => {
    const networks = plan.networks.map((network) => fitted(network, plan.data));
    const chosen = images ?? (plan.data === 'own' ? current?.images : undefined);
    current = { plan: { ...plan, networks }, script, ...(chosen ? { images: chosen } : {}) };
    if (state.phase === 'training') send({ type: 'drop' });
    turn++;
    Object.assign(state, { step: 0, stepsPerSecond: 0, data: undefined });
    if (state.phase !== 'failed') state.problem = undefined;
    state.runs = networks.map((network, i) => newRunView(i, network));
    if (state.phase === 'training' || state.phase === 'paused') state.phase = 'idle';
    hold();
    send({
      type: 'build',
      plan: JSON.parse(JSON.stringify(current.plan)) as TrainingPlan,
      script: JSON.parse(JSON.stringify(script)) as ScriptedAct[],
      turn,
      ...(images ? { images: [...images] } : {}),
    });
  };
  /** There are no networks to train. */
  const refused = (): boolean => state.problem?.kind === 'data' || state.problem?.kind === 'network';
  const pause = (): void => {
    if (state.phase !== 'training') return;
    send({ type: 'pause' });
    state.phase = 'paused';
  };
  start();

  return {
    state,
    build,
    pause,
    stop,
    train() {
      if (!worker || state.phase === 'training' || refused()) return;
      heard = Date.now();
      send({ type: 'train' });
      Object.assign(state, { phase: 'training', problem: undefined });
    },
    step() {
      if (!worker || state.phase === 'training' || refused()) return;
      send({ type: 'step' });
      state.phase = 'paused';
    },
    reset() {
      if (current) build(current.plan, current.script);
    },
    act: (run, act) => send({ type: 'act', run, act: { ...act } }),
    inspect: (run, layer, channel) => send({ type: 'inspect', run, layer, channel }),
    curve(activation, params) {
      if (!state.curves[curveKey(activation, params)]) send({ type: 'curve', activation, params: { ...params } });
    },
    look(run, pixels) {
      const id = ++looks;
      send({ type: 'look', run, pixels, id });
      return new Promise((done) => looking.set(id, done));
    },
    restart(threads = wanted) {
      wanted = threads;
      restarts = 0;
      stop();
      start();
      if (current) build(current.plan, current.script, current.images);
    },
  };
}
