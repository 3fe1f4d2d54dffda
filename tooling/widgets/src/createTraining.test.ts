import { expect, test } from 'vitest';
import { createTraining, hasSimd, type TrainingWorker } from './createTraining';
import type { Command, Report } from './protocol';

const choices = { activation: 'relu', learningRate: 0.01, initializer: 'heNormal', normalization: 'none', seed: 1 };

const steps = (step: number, loss: number): Report => ({
  type: 'steps',
  figures: [{ step, loss, accuracy: 0.1 }],
  stepsPerSecond: 9,
});

function setUp() {
  const sent: Command[] = [];
  const worker: TrainingWorker = {
    onmessage: null,
    onerror: null,
    postMessage: (command: Command) => void sent.push(command),
    terminate: () => undefined,
  };
  const training = createTraining(
    () => worker,
    () => true,
  );
  const report = (data: Report) => worker.onmessage?.call(worker as Worker, { data } as MessageEvent);
  report({
    type: 'started',
    simd: true,
    threads: 2,
    kernels: 'native',
    activations: ['relu'],
    initializers: ['heNormal'],
  });
  return { ...training, report, sent, worker };
}

test('node has SIMD, so the probe module is well formed', () => expect(hasSimd()).toBe(true));

test('train, step, pause', () => {
  const { state, train, pause, report, sent, stop } = setUp();
  train(choices);
  report(steps(1, 2));
  expect(state).toMatchObject({ phase: 'training', step: 1, threads: 2, loss: [[1, 2]] });
  pause();
  expect(state.phase).toBe('paused');
  expect(sent.map(({ type }) => type)).toEqual(['train', 'pause']);
  stop();
});

test('steps that were under way at a reset are left out', () => {
  const { state, train, reset, report } = setUp();
  train(choices);
  reset();
  report(steps(7, 2));
  expect(state.step).toBe(0);
  report({ type: 'reset' });
  train(choices);
  report(steps(1, 2));
  expect(state.step).toBe(1);
});

test('a loss that is no number pauses and says what to do', () => {
  const { state, train, report } = setUp();
  train(choices);
  report(steps(1, Number.NaN));
  expect(state.phase).toBe('paused');
  expect(state.message).toContain('smaller learning rate');
});

test('no SIMD, a blocked worker, a failure in the worker: a sentence each', () => {
  const none = createTraining(
    () => expect.unreachable(),
    () => false,
  );
  expect(none.state).toMatchObject({ phase: 'failed', message: expect.stringContaining('SIMD') });
  const thrown = createTraining(
    () => {
      throw new Error('CSP');
    },
    () => true,
  );
  expect(thrown.state).toMatchObject({ phase: 'failed', message: expect.stringContaining('Allow scripts') });
  const { state, report } = setUp();
  report({ type: 'failed', message: 'No images.' });
  expect(state).toMatchObject({ phase: 'failed', message: 'No images.' });
});

test('step, revive and a new learning rate are sent; what was revived is said', () => {
  const { state, step, revive, setLearningRate, report, sent, stop } = setUp();
  revive();
  step(choices);
  expect(state.phase).toBe('paused');
  report(steps(1, 2));
  setLearningRate(0.001);
  revive();
  expect(sent.map(({ type }) => type)).toEqual(['step', 'learningRate', 'revive']);
  report({ type: 'revived', channels: 3 });
  expect(state.notice).toContain('3 channels were recycled');
  report({ type: 'revived', channels: 0 });
  expect(state.notice).toContain('nothing to revive');
  stop();
});
