import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTraining } from './createTraining';
import { defaultNetwork, type TrainingPlan } from './plan/plan';
import type { Audited, Command, Report } from './protocol';
import type { Training, TrainingWorker } from './trainingState';

const plan: TrainingPlan = { data: 'digits', seed: 1, networks: [defaultNetwork, defaultNetwork] };

class FakeWorker implements TrainingWorker {
  onmessage: Worker['onmessage'] = null;
  onerror: Worker['onerror'] = null;
  sent: Command[] = [];
  ended = false;
  postMessage(command: Command): void {
    this.sent.push(command);
  }
  terminate(): void {
    this.ended = true;
  }
  say(report: Report): void {
    this.onmessage?.call(this as never, { data: report } as MessageEvent);
  }
  start(): void {
    this.say({ type: 'started', simd: true, threads: 2, kernels: 'native', activations: [], initializers: [] });
  }
  crash(): void {
    this.onerror?.call(this as never, {} as ErrorEvent);
  }
}

let workers: FakeWorker[];
let training: Training;
const worker = (): FakeWorker => workers.at(-1)!;
const make = (simd = () => true, shown?: () => Promise<void>): Training =>
  createTraining(
    () => {
      workers.push(new FakeWorker());
      return worker();
    },
    { simd, threads: 3, ...(shown ? { shown } : {}) },
  );
const steps = (turn: number, loss: number[], step = 1): Report => ({
  type: 'steps',
  turn,
  steps: [{ step, loss, accuracy: loss.map(() => 0.5) }],
  stepsPerSecond: 10,
});
const audit = (turn: number): Audited => ({
  type: 'audit',
  turn,
  run: 1,
  step: 0,
  samples: 128,
  testAccuracy: 0.1,
  deadFraction: 0.25,
  layers: [{ name: 'a', firingRate: [0, 1], marks: ['dead', 'alive'], certified: [] }],
  histograms: [new Uint32Array(60)],
});

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  training = make();
});
afterEach(() => {
  training.stop();
  vi.useRealTimers();
});

describe('training', () => {
  test('the worker stops at once, builds when the page has been shown, and hears the rest in its order', async () => {
    let show = (): void => undefined;
    training.stop();
    training = make(undefined, () => new Promise((done) => (show = done)));
    const heard = (): string[] => worker().sent.map(({ type }) => type);
    training.build(plan);
    expect(heard()).toEqual(['start']);
    show();
    await vi.advanceTimersByTimeAsync(0);
    training.train();
    training.build(plan);
    expect(heard()).toEqual(['start', 'build', 'train', 'drop']);
    training.train();
    expect(training.state.phase).toBe('training');
    show();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard()).toEqual(['start', 'build', 'train', 'drop', 'build', 'train']);
    // What waited for one worker is not told to the next.
    training.build(plan);
    training.restart();
    show();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard()).toEqual(['start', 'build']);
  });

  test('a plan makes a view of each network, and Train can be pressed before anything is ready', () => {
    training.build(plan);
    training.train();
    expect(worker().sent.map(({ type }) => type)).toEqual(['start', 'build', 'train']);
    worker().start();
    expect(training.state.phase).toBe('training');
    worker().say(audit(1));
    worker().say(steps(1, [2, 1]));
    expect(training.state.step).toBe(1);
    expect(training.state.runs.map(({ loss }) => loss.last)).toEqual([2, 1]);
    expect(training.state.runs.map(({ deadFraction }) => deadFraction)).toEqual([0, 0.25]);
  });

  test('news of the networks before a reset are dropped', () => {
    training.build(plan);
    worker().start();
    training.train();
    training.reset();
    worker().say(steps(1, [2, 2], 9));
    expect(training.state.step).toBe(0);
    worker().say(steps(2, [2, 2], 1));
    expect(training.state.step).toBe(1);
    expect(training.state.phase).toBe('idle');
  });

  test('a network whose loss is lost is marked; training pauses when all are', () => {
    training.build(plan);
    worker().start();
    training.train();
    worker().say(steps(1, [Number.NaN, 1]));
    expect(training.state.runs.map(({ diverged }) => diverged)).toEqual([true, false]);
    expect(training.state.phase).toBe('training');
    worker().say(steps(1, [Number.NaN, Number.NaN], 2));
    expect(training.state.phase).toBe('paused');
    expect(worker().sent.at(-1)).toEqual({ type: 'pause' });
  });

  test('a crash is said, and a new worker has the same plan from step 0', () => {
    training.build(plan);
    worker().start();
    training.train();
    worker().say(steps(1, [1, 1], 30));
    worker().crash();
    expect(workers.length).toBe(2);
    expect(workers[0]?.ended).toBe(true);
    expect(training.state.problem?.kind).toBe('crashed');
    expect(training.state.step).toBe(0);
    expect(worker().sent[1]).toMatchObject({ type: 'build', plan });
    worker().start();
    expect(training.state.phase).toBe('idle');
  });

  test('a worker that crashes again and again is given up, until the visitor starts it again', () => {
    training.build(plan);
    for (let i = 0; i < 4; i++) {
      worker().start();
      worker().crash();
    }
    expect(training.state.phase).toBe('failed');
    expect(workers.length).toBe(4);
    training.restart();
    worker().start();
    expect(training.state.phase).toBe('idle');
    expect(training.state.problem).toBeUndefined();
  });

  test('a worker that falls silent while it trains counts as crashed; a paused one may be silent', () => {
    training.build(plan);
    worker().start();
    training.train();
    training.pause();
    vi.advanceTimersByTime(120_000);
    expect(workers.length).toBe(1);
    training.train();
    vi.advanceTimersByTime(40_000);
    expect(workers.length).toBe(2);
    expect(training.state.problem?.kind).toBe('crashed');
  });

  test('a machine that slept has no worker that crashed', () => {
    training.build(plan);
    worker().start();
    training.train();
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(2_000);
    expect(workers.length).toBe(1);
    expect(training.state.phase).toBe('training');
    vi.advanceTimersByTime(40_000);
    expect(workers.length).toBe(2);
  });

  test('the worker is told its threads; with others a new one starts over, and they last', () => {
    training.build(plan);
    expect(worker().sent[0]).toEqual({ type: 'start', threads: 3 });
    worker().start();
    training.train();
    const before = worker();
    training.restart(1);
    expect(before.ended).toBe(true);
    expect(worker().sent).toMatchObject([
      { type: 'start', threads: 1 },
      { type: 'build', plan },
    ]);
    expect(training.state).toMatchObject({ phase: 'starting', step: 0 });
    worker().start();
    worker().crash();
    expect(worker().sent[0]).toEqual({ type: 'start', threads: 1 });
  });

  test('a worker that does not start is said, and so is a browser without SIMD', () => {
    training.build(plan);
    worker().crash();
    expect(training.state.problem?.kind).toBe('blocked');
    const without = make(() => false);
    without.build(plan);
    expect(without.state).toMatchObject({ phase: 'failed', problem: { kind: 'noSimd' } });
    const slow = make();
    vi.advanceTimersByTime(60_001);
    expect(slow.state.problem?.kind).toBe('blocked');
  });

  test('data or networks that can’t be had are said, and Train does nothing then', () => {
    training.build(plan);
    worker().start();
    worker().say({ type: 'refused', turn: 1, run: -1, what: 'data', reason: 'digits.bin' });
    expect(training.state.problem).toEqual({ kind: 'data', detail: 'digits.bin' });
    training.train();
    training.step();
    expect(training.state.phase).toBe('idle');
    training.build({ ...plan, data: 'circles' });
    expect(training.state.problem).toBeUndefined();
    training.train();
    expect(training.state.phase).toBe('training');
  });

  test('an act that is refused is said with its network; the next one clears it', () => {
    training.build(plan);
    worker().start();
    training.act(1, { type: 'prune' });
    worker().say({ type: 'refused', turn: 1, run: 1, what: 'act', reason: 'no' });
    expect(training.state.runs[1]?.refused).toBe('no');
    const result = { type: 'learningRate', value: 0.1 } as const;
    worker().say({ type: 'acted', turn: 1, run: 1, step: 4, result, choices: defaultNetwork, parameters: 7 });
    expect(training.state.runs[1]).toMatchObject({ refused: '', result, parameters: 7 });
    expect(training.state.runs[1]?.events.map(({ kind }) => kind)).toEqual(['act']);
  });

  test('own images are kept for a reset, a crash and another network', () => {
    const images = [{ path: 'a/1.png', file: new Blob() }];
    training.build({ ...plan, data: 'own' }, [], images);
    training.reset();
    expect(worker().sent[2]).not.toHaveProperty('images');
    worker().start();
    worker().crash();
    expect(worker().sent[1]).toMatchObject({ images });
  });
});
