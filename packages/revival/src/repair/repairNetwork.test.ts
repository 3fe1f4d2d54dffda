import { adam, startWasm } from '@relumine/wasm-backend';
import { dispose, oneHot, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { type RepairOptions, repairNetwork } from '../layers';
import { images, sequential } from '../networks.testing';

beforeAll(() => startWasm());

const labels = (): Tensor =>
  tidy(() =>
    oneHot(
      tensor1d(
        Array.from({ length: 64 }, (_, i) => i % 3),
        'int32',
      ),
      3,
    ),
  );

/** Three steps of Adam, the same ones each time. */
function trainer(x: Tensor, y: Tensor, seen: string[] = []): NonNullable<RepairOptions['train']> {
  return async (copy, { cure, learningRateFactor }) => {
    seen.push(`${cure} × ${learningRateFactor}`);
    const optimizer = adam({ learningRate: 0.001 * learningRateFactor });
    copy.compile({ optimizer, loss: 'categoricalCrossentropy' });
    for (let i = 0; i < 3; i++) await copy.trainOnBatch(x, y);
    optimizer.dispose();
  };
}

test('keeps the first cure that helps, with evidence against a copy without a cure; the model is unchanged', async () => {
  const model = sequential();
  const [x, y] = [images(), labels()];
  const weights = model.getWeights().map((w) => w.dataSync());
  const seen: string[] = [];
  const before = countTensors();
  const result = await repairNetwork(model, x, {
    cures: ['lowerLearningRate', 'recycle', 'bias'],
    train: trainer(x, y, seen),
    seed: 1,
  });
  expect(seen).toEqual(['control × 1', 'lowerLearningRate × 0.1', 'recycle × 1']);
  expect(result.before).toEqual({ dead: 6, channels: 18 });
  expect(result.control).toEqual({ dead: 6, score: null });
  expect(result.attempts).toEqual([
    {
      cure: 'lowerLearningRate',
      dead: { cured: 6, trained: 6 },
      score: null,
      helped: false,
      evidence: '6 dead channels against 6 without it: no fewer',
    },
    {
      cure: 'recycle',
      dead: { cured: 0, trained: 0 },
      score: null,
      helped: true,
      evidence: '0 dead channels against 6 without it',
    },
  ]);
  expect(result.cure).toBe('recycle');
  result.model!.dispose();
  expect(countTensors()).toEqual(before);
  expect(model.getWeights().map((w) => w.dataSync())).toEqual(weights);
  dispose([x, y]);
  model.dispose();
});

test('with tryAll every cure leaves its evidence, and the first that helped its model', async () => {
  const model = sequential();
  const x = images();
  const before = countTensors();
  const result = await repairNetwork(model, x, {
    cures: [{ activation: 'elu' }, 'bias', 'recycle'],
    tryAll: true,
    seed: 1,
  });
  expect(result.attempts.map(({ cure, helped }) => [cure, helped])).toEqual([
    ['elu', false],
    ['bias', true],
    ['recycle', true],
  ]);
  expect(result.cure).toBe('bias');
  result.model!.dispose();
  expect(countTensors()).toEqual(before);
  x.dispose();
  model.dispose();
});

test('a cure that costs too much does not pass, one within the tolerance does', async () => {
  const model = sequential();
  const x = images();
  const scores = new Map([['control', 0.9]]);
  let current = '';
  const options = (tolerance: number): RepairOptions => ({
    cures: ['recycle'],
    train: (_, { cure }) => {
      current = cure;
    },
    score: () => scores.get(current) ?? 0.88,
    tolerance,
    seed: 1,
  });
  const strict = await repairNetwork(model, x, options(0));
  expect(strict.model).toBeNull();
  expect(strict.cure).toBeNull();
  expect(strict.attempts[0]!.evidence).toBe(
    '0 dead channels against 6 without it, score 0.8800 against 0.9000: it costs too much',
  );
  const lenient = await repairNetwork(model, x, options(0.05));
  expect(lenient.cure).toBe('recycle');
  lenient.model!.dispose();
  scores.set('recycle', Number.NaN);
  expect((await repairNetwork(model, x, options(1))).attempts[0]!.evidence).toContain('its score is NaN');
  x.dispose();
  model.dispose();
});

test('activations, a new initialisation and cures of one’s own', async () => {
  const model = sequential();
  const x = images();
  for (const [cure, name, dead] of [
    [{ activation: { name: 'prelu', initialSlope: 0.01 } } as const, 'prelu', 0],
    [{ activation: 'elu' } as const, 'elu', 6],
    ['bias' as const, 'bias', 0],
    ['reinitialize' as const, 'reinitialize', 0],
  ] as const) {
    const result = await repairNetwork(model, x, { cures: [cure], seed: 1 });
    expect([result.attempts[0]!.cure, result.attempts[0]!.dead.cured]).toEqual([name, dead]);
    result.model?.dispose();
  }
  // Drawn anew, a layer as narrow as this may have a channel that is born dead.
  const drawn = await repairNetwork(model, x, { cures: ['initialize'], seed: 1 });
  expect(drawn.attempts[0]!.dead.cured).toBeLessThan(3);
  drawn.model!.dispose();
  const applied: string[] = [];
  const nothing = {
    name: 'nothing',
    apply: (copy: tfl.LayersModel) => {
      applied.push(copy.name);
      return undefined;
    },
  };
  const result = await repairNetwork(model, x, { cures: [nothing], seed: 1 });
  expect(result.attempts[0]).toMatchObject({ cure: 'nothing', helped: false });
  expect(applied).toHaveLength(1);
  x.dispose();
  model.dispose();
});

test('wrong options are named, and what a trial throws leaves no copy behind', async () => {
  const model = sequential();
  const x = images();
  await expect(repairNetwork(model, x, { cures: [], seed: 1 })).rejects.toThrow(
    '[relumine/revival/repairNetwork] `options.cures` must be a list of one or more cures',
  );
  await expect(repairNetwork(model, x, { cures: ['recycel' as 'recycle'], seed: 1 })).rejects.toThrow(
    "Did you mean 'recycle'?",
  );
  await expect(repairNetwork(model, x, { cures: ['lowerLearningRate'], seed: 1 })).rejects.toThrow(
    "`options.train` must be given for the cure 'lowerLearningRate'",
  );
  await expect(repairNetwork(model, x, { tolerance: -1, seed: 1 })).rejects.toThrow('`options.tolerance`');
  const wrong = labels();
  await expect(repairNetwork(model, wrong, { seed: 1 })).rejects.toThrow(
    '`data` must have the shape [samples, 8, 8, 2]',
  );
  const before = countTensors();
  const train = (_: tfl.LayersModel, { cure }: { cure: string }): void => {
    if (cure === 'recycle') throw new Error('out of data');
  };
  await expect(repairNetwork(model, x, { train, seed: 1 })).rejects.toThrow('out of data');
  expect(countTensors()).toEqual(before);
  dispose([x, wrong]);
  model.dispose();
});
