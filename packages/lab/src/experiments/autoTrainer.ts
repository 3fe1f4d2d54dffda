import { createRandom, type Random } from '@relumine/core';
import { type ImageDataset, mnist } from '@relumine/datasets';
import { adam } from '@relumine/wasm-backend';
import {
  dispose,
  losses,
  mul,
  type Scalar,
  type Tensor,
  type Tensor3D,
  tensor3d,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { bankOutcomes, type NetOutcome } from './bankOutcomes';
import { type DrawLayer, glorotUniform, heNormal, NetBank } from './netBank';
import { average, type Once, type ReproductionHooks, type ReproductionRow, row, share } from './reproduction';

export interface AutoTrainerOptions {
  depth: number;
  width: number;
  seeds: readonly number[];
  steps: number;
  batchSize: number;
  learningRate: number;
  trainSize: number;
  testSize: number;
}

export const autoTrainerDefaults: AutoTrainerOptions = {
  depth: 34,
  width: 128,
  seeds: Array.from({ length: 20 }, (_, i) => i + 1),
  steps: 2000,
  batchSize: 32,
  learningRate: 0.001,
  trainSize: 60_000,
  testSize: 2000,
};

const initializers: Record<string, DrawLayer> = { 'Glorot uniform': glorotUniform, 'He normal': heNormal };
const classes = 10;
/** Networks that train side by side; of what is done, a stop loses one group at most. */
const group = 5;

/** Batches in an order of its own for each network, from its seed; without end. */
class BankBatches {
  private readonly orders: { random: Random; order: Uint32Array; at: number }[];
  private readonly data: ImageDataset;

  constructor(data: ImageDataset, seeds: readonly number[]) {
    this.data = data;
    this.orders = seeds.map((seed) => {
      const random = createRandom(`batches/${seed}`);
      return { random, order: random.permutation(data.length), at: 0 };
    });
  }

  /** x float32[nets, samples, pixels] and one-hot y float32[nets, samples, classes]; the caller's. */
  next(samples: number): { x: Tensor3D; y: Tensor3D } {
    const { images, labels, length } = this.data;
    const pixels = images.length / length;
    const nets = this.orders.length;
    const x = new Float32Array(nets * samples * pixels);
    const y = new Float32Array(nets * samples * classes);
    this.orders.forEach((one, net) => {
      for (let i = 0; i < samples; i++) {
        if (one.at === length) Object.assign(one, { order: one.random.permutation(length), at: 0 });
        const image = one.order[one.at++]!;
        const row = net * samples + i;
        x.set(images.subarray(image * pixels, (image + 1) * pixels), row * pixels);
        y[row * classes + labels[image]!] = 1;
      }
    });
    return { x: tensor3d(x, [nets, samples, pixels]), y: tensor3d(y, [nets, samples, classes]) };
  }
}

/** The sum over networks of their mean cross-entropy. */
const lossOf = (bank: NetBank, x: Tensor3D, y: Tensor3D): Tensor =>
  mul(losses.softmaxCrossEntropy(y, bank.forward(x)), bank.nets);

/** For each network, the share of gradient entries that are exactly 0 on 256 images. */
async function zeroGradients(bank: NetBank, batches: BankBatches): Promise<number[]> {
  const { x, y } = batches.next(256);
  const { value, grads } = variableGrads(() => lossOf(bank, x, y) as Scalar, bank.variables);
  const [zeros, all] = [new Float64Array(bank.nets), new Float64Array(bank.nets)];
  for (const gradient of Object.values(grads)) {
    const values = await gradient.data();
    const perNet = values.length / bank.nets;
    for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros[Math.floor(i / perNet)]!++;
    for (let net = 0; net < bank.nets; net++) all[net]! += perNet;
  }
  dispose([value, grads, x, y]);
  return [...zeros].map((count, net) => count / all[net]!);
}

/** How one network began and ended. */
export interface AutoTrainerRun {
  initializer: string;
  seed: number;
  /** On the test images, before training and after it. */
  before: NetOutcome;
  after: NetOutcome;
  zeroGradients: { before: number; after: number };
}

/** Trains the seeds of one group with one initialiser, side by side. */
async function trainGroup(
  initializer: string,
  options: AutoTrainerOptions,
  { train, test }: { train: ImageDataset; test: ImageDataset },
  { onProgress, signal }: ReproductionHooks,
): Promise<AutoTrainerRun[]> {
  const { depth, width, seeds, steps, batchSize, learningRate } = options;
  const pixels = train.images.length / train.length;
  const bank = new NetBank(
    [pixels, ...new Array<number>(depth).fill(width), classes],
    seeds,
    initializers[initializer]!,
  );
  const optimizer = adam({ learningRate });
  try {
    const batches = new BankBatches(train, seeds);
    const probe = async () => ({
      outcomes: await bankOutcomes(bank, test),
      zeros: await zeroGradients(bank, new BankBatches(train, seeds)),
    });
    const before = await probe();
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted();
      const { x, y } = batches.next(batchSize);
      bank.train(optimizer, () => lossOf(bank, x, y));
      dispose([x, y]);
      if (step % 100 === 0) onProgress?.(`${initializer}, seeds ${seeds.join(' ')}: step ${step} of ${steps}`);
    }
    const after = await probe();
    return seeds.map((seed, i) => ({
      initializer,
      seed,
      before: before.outcomes[i]!,
      after: after.outcomes[i]!,
      zeroGradients: { before: before.zeros[i]!, after: after.zeros[i]! },
    }));
  } finally {
    optimizer.dispose();
    bank.dispose();
  }
}

/** Trains every seed with both initialisers; a network does not depend on those beside it. */
export async function autoTrainerRuns(
  options: AutoTrainerOptions,
  hooks: ReproductionHooks = {},
  once: Once = (_, measure) => measure(),
): Promise<AutoTrainerRun[]> {
  const data = {
    train: await mnist({ split: 'train', limit: options.trainSize }),
    test: await mnist({ split: 'test', limit: options.testSize }),
  };
  const runs: AutoTrainerRun[] = [];
  for (const initializer of Object.keys(initializers))
    for (let at = 0; at < options.seeds.length; at += group) {
      const part = { ...options, seeds: options.seeds.slice(at, at + group) };
      const key = `auto-trainer ${initializer} ${JSON.stringify(part)}`;
      runs.push(...(await once(key, () => trainGroup(initializer, part, data, hooks))));
    }
  return runs;
}

/** A network that says the same of every image. */
const constant = ({ after }: AutoTrainerRun): boolean => after.spread < 1e-6;

/** The figures of the runs. */
export function autoTrainerRows(runs: readonly AutoTrainerRun[]): ReproductionRow[] {
  return Object.keys(initializers).flatMap((initializer) => {
    const own = runs.filter((run) => run.initializer === initializer);
    const published = initializer.startsWith('Glorot') ? 0.5 : null;
    const count = (test: (run: AutoTrainerRun) => boolean) => share(own.filter(test).length, own.length);
    const line = (quantity: string, figures: { ours: number; standardError: number }, expected: number | null = null) =>
      row({
        case: initializer,
        quantity,
        ...figures,
        expected,
        ...(expected === null ? {} : { expectedError: 0.05 }),
        source:
          expected === null
            ? ''
            : 'AutoTrainer (ICSE 2021): "50% of cases" of 100 runs of 50 epochs, dying ReLU being at least 70 % zero gradients',
      });
    return [
      line('runs with constant outputs', count(constant)),
      line(
        'runs with at least 70 % zero gradients',
        count((run) => run.zeroGradients.after >= 0.7),
        published,
      ),
      line('accuracy', average(own.map(({ after }) => after.accuracy))),
      line('zero gradients, before training', average(own.map((run) => run.zeroGradients.before))),
      line('zero gradients, after it', average(own.map((run) => run.zeroGradients.after))),
      line('dead units, before training', average(own.map(({ before }) => before.deadUnits))),
      line('dead units, after it', average(own.map(({ after }) => after.deadUnits))),
    ];
  });
}
