import { startWasm } from '@relumine/wasm-backend';
import { argMax, memory, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { planarData } from '../data/planarData';
import { defaultNetwork, type NetworkChoices, type TrainingPlan } from '../plan/plan';
import type { Act, Report } from '../protocol';
import { perform } from './acts';
import { inspect, look } from './inspect';
import { Session } from './session';
import { activationsOf, shownActivations } from './stateLayers';
import { Trainer } from './trainer';
import { warmUp } from './warmUp';

beforeAll(async () => {
  await startWasm({ threads: 1 });
});

const network = (changes: Partial<NetworkChoices>): NetworkChoices => ({
  ...defaultNetwork,
  kind: 'dense',
  width: 8,
  ...changes,
});
const plan = (...networks: NetworkChoices[]): TrainingPlan => ({ data: 'circles', seed: 1, networks });
const withSession = async <T>(wanted: TrainingPlan, use: (session: Session) => Promise<T>): Promise<T> => {
  const before = memory().numTensors;
  const session = await Session.build(1, wanted, [], planarData('circles', wanted.seed));
  try {
    return await use(session);
  } finally {
    session.dispose();
    expect(memory().numTensors).toBe(before);
  }
};

describe('a session', () => {
  test('trains its networks on the same batches: equal networks stay equal, digit by digit', () =>
    withSession(plan(network({}), network({}), network({ activation: 'elu' })), async (session) => {
      for (let i = 0; i < 5; i++) {
        const { loss } = await session.train();
        expect(loss[1]).toBe(loss[0]);
        expect(loss[2]).not.toBe(loss[0]);
      }
    }));

  test('a leaky ReLU after a ReLU changes no figure; in its place it does', () =>
    withSession(
      plan(network({}), network({ after: 'leakyRelu' }), network({ activation: 'leakyRelu' })),
      async (session) => {
        for (let i = 0; i < 12; i++) {
          const { loss } = await session.train();
          expect(loss[1]).toBe(loss[0]);
        }
        const [plain, stacked] = [await session.audit(session.runs[0]!), await session.audit(session.runs[1]!)];
        expect(stacked.layers).toEqual(plain.layers);
      },
    ));

  test('one that was dropped ends with the network that it is at, and looks at none', () =>
    withSession(plan(network({}), network({}), network({})), async (session) => {
      const [first] = session.runs;
      const whole = first!.train.bind(first);
      first!.train = async (xs, ys) => {
        session.dropped = true;
        return whole(xs, ys);
      };
      expect((await session.train()).loss).toHaveLength(1);
      expect(session.runs.map(({ step }) => step)).toEqual([1, 0, 0]);
      const told: Report[] = [];
      await new Trainer(session, (report) => told.push(report)).lookAtAll();
      expect(told).toEqual([]);
    }));

  test('where its networks take long, it pauses between them', () =>
    withSession(plan(network({}), network({}), network({})), async (session) => {
      const pauses = vi.fn(async () => undefined);
      let now = 0;
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
      const [first] = session.runs;
      const whole = first!.train.bind(first);
      first!.train = async (xs, ys) => {
        now += 11;
        return whole(xs, ys);
      };
      await session.train(pauses);
      clock.mockRestore();
      expect(pauses).toHaveBeenCalledTimes(1);
    }));

  test('warming up leaves its networks as they are, and ends when something else is wanted', () =>
    withSession(plan(network({}), network({ activation: 'elu' })), async (session) => {
      const weights = () => session.runs.map(({ model }) => model.getWeights().map((weight) => [...weight.dataSync()]));
      const before = weights();
      const trained = vi.spyOn(LayersModel.prototype, 'trainOnBatch');
      expect(await warmUp(session, () => false)).toBe(true);
      const copies = new Set(trained.mock.contexts);
      expect(copies.size).toBe(2);
      expect(trained.mock.calls.length).toBeGreaterThan(2);
      trained.mockRestore();
      let asked = 0;
      expect(await warmUp(session, () => ++asked > 3)).toBe(false);
      expect(asked).toBeLessThan(6);
      expect(weights()).toEqual(before);
    }));

  test('an audit has a cell for every channel, a histogram for every layer, and a surface in the plane', () =>
    withSession(plan(network({ depth: 3 })), async (session) => {
      const audit = await session.audit(session.runs[0]!);
      expect(audit.layers.map(({ marks }) => marks.length)).toEqual([8, 8, 8]);
      expect(audit.histograms.map((counts) => counts.reduce((a, b) => a + b))).toEqual([1024, 1024, 1024]);
      expect(audit.surface?.length).toBe(1600);
      const { probe, data, runs } = session;
      const guesses = tidy(() => argMax(runs[0]!.model.predict(probe.xs) as Tensor, -1).arraySync() as number[]);
      const hits = guesses.filter((guess, i) => guess === data.test.labels[probe.indices[i]!]);
      expect(audit.testAccuracy).toBe(hits.length / guesses.length);
    }));

  test('dead from the first look is born dead, dead later is dead, and what fires again is revived', () =>
    withSession(plan(network({ bias: -1, initializer: 'leCunNormal' })), async (session) => {
      const [run] = session.runs;
      const before = await session.audit(run!);
      expect(before.layers[0]?.marks).toContain('bornDead');
      await perform(run!, { type: 'revive', strategy: 'bias' }, session.probe);
      const after = await session.audit(run!);
      expect(after.layers[0]?.marks).toContain('revived');
      expect(after.layers.flatMap(({ marks }) => marks)).not.toContain('bornDead');
    }));

  const acts: Act[] = [
    { type: 'learningRate', value: 0.001 },
    { type: 'revive', strategy: 'recycle' },
    { type: 'revive', strategy: 'reinitialize' },
    { type: 'revive', strategy: 'bias' },
    { type: 'swap', activation: 'leakyRelu', params: { negativeSlope: 0.1 } },
    { type: 'prune' },
    { type: 'quantize', bits: 8, granularity: 'tensor' },
    { type: 'certify' },
  ];
  test.each(['adam', 'adamw', 'momentum', 'sgd'] as const)(
    'every act works with %s, before the first step and after some',
    (optimizer) =>
      withSession(plan(network({ optimizer, bias: -0.3, learningRate: 0.01, depth: 3 })), async (session) => {
        const [run] = session.runs;
        for (const act of acts) {
          const result = await perform(run!, act, session.probe);
          expect(result.type).toBe(act.type);
          await session.train();
          await session.audit(run!);
        }
      }),
  );

  test('pruning takes dead channels away, and the network computes what it did', () =>
    withSession(plan(network({ bias: -0.5, initializer: 'leCunNormal' })), async (session) => {
      const [run] = session.runs;
      await session.audit(run!);
      const dead = run!.report!.layers.reduce((sum, { deadChannels }) => sum + deadChannels.length, 0);
      expect(dead).toBeGreaterThan(0);
      const result = await perform(run!, { type: 'prune' }, session.probe);
      if (result.type !== 'prune') throw new Error('not pruned');
      expect(result.removed).toBe(dead);
      expect(result.parameters.after).toBeLessThan(result.parameters.before);
      expect(result.maxDifference).toBeLessThan(1e-5);
      expect((await session.audit(run!)).deadFraction).toBe(0);
    }));

  test('a certificate holds for the weights that it was made of: it goes with the next step', () =>
    withSession(plan(network({ bias: -1, learningRate: 0.001, initializer: 'leCunNormal' })), async (session) => {
      const [run] = session.runs;
      const result = await perform(run!, { type: 'certify' }, session.probe);
      if (result.type !== 'certify') throw new Error('not certified');
      const marked = async () =>
        (await session.audit(run!)).layers.reduce((sum, { certified }) => sum + certified.length, 0);
      expect(result.dead).toBeGreaterThan(0);
      expect(await marked()).toBe(result.dead);
      await session.train();
      expect(await marked()).toBe(0);
    }));

  test('a channel shows its kernel, what excites it most in descending order, and its own z', () =>
    withSession(plan(network({})), async (session) => {
      const found = await inspect(session.runs[0]!, session.probe, 0, 3);
      expect(found?.kernel.shape).toEqual([1, 1, 2]);
      const kernel = shownActivations(session.runs[0]!.model)[0]!;
      expect(kernel.name).toBe('dense1_activation');
      const values = found!.top.map(({ value }) => value);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      const [x, y] = found!.top[0]!.xy!;
      expect(found!.kernel.values[0]! * x + found!.kernel.values[1]! * y + (found!.kernel.bias ?? 0)).toBeCloseTo(
        values[0]!,
        4,
      );
      expect(await inspect(session.runs[0]!, session.probe, 0, 99)).toBeUndefined();
    }));

  test('a look at one sample gives peaks per layer and probabilities that sum to 1', () =>
    withSession(plan(network({})), async (session) => {
      const { model } = session.runs[0]!;
      const image = tensor4d([0.1, 0.2], [1, 1, 1, 2]);
      const names = shownActivations(model).map(({ name }) => name);
      const seen = await look(model, activationsOf(model), names, image);
      image.dispose();
      expect(seen.layers.map(({ peaks }) => peaks.length)).toEqual([8, 8]);
      expect(seen.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }));
});

test('a trainer does what the script says at its step, tells what happened, and leaks nothing over 50 steps', () =>
  withSession(plan(network({ learningRate: 0.1 })), async (session) => {
    session.script.push({ step: 3, run: 0, act: { type: 'learningRate', value: 0.001 } });
    const told: Report[] = [];
    const trainer = new Trainer(session, (report) => told.push(report));
    for (let i = 0; i < 10; i++) await trainer.step();
    const tensors = memory().numTensors;
    for (let i = 0; i < 40; i++) await trainer.step();
    expect(memory().numTensors).toBe(tensors);
    const acted = told.find((report) => report.type === 'acted');
    expect(acted).toMatchObject({ step: 3, result: { type: 'learningRate', value: 0.001 } });
    expect(session.runs[0]?.choices.learningRate).toBe(0.001);
  }));

test('what can not be built is an error, and nothing is left of it', async () => {
  const before = memory().numTensors;
  const wrong = plan(network({}), network({ activation: 'nonsense' }));
  await expect(Session.build(1, wrong, [], planarData('circles', 1))).rejects.toThrow('nonsense');
  expect(memory().numTensors).toBe(before);
});
