import { asymmetricValues, leakyRelu } from '@relumine/activations';
import { createRandom } from '@relumine/core';
import { adam } from '@relumine/wasm-backend';
import {
  abs,
  dispose,
  mean,
  relu,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { type DrawLayer, heNormal, NetBank } from './netBank';
import { type ReproductionHooks, type ReproductionRow, row, share } from './reproduction';

export interface AbsoluteValueOptions {
  nets: number;
  /** Layers with weights: `layers` − 1 hidden ones of `width` units. */
  layers: number;
  width: number;
  steps: number;
  batchSize: number;
  learningRate: number;
}

export const absoluteValueDefaults: AbsoluteValueOptions = {
  nets: 300,
  layers: 10,
  width: 2,
  steps: 2000,
  batchSize: 32,
  learningRate: 0.002,
};

const half = Math.sqrt(3);

/** Randomised asymmetric initialisation: one entry of each unit's weights and bias is drawn from Beta(2, 1) (Lu et al. 2019). */
const asymmetric: DrawLayer = (inputs, outputs, random) =>
  asymmetricValues([inputs, outputs], { seed: random.integer(2 ** 31) });

/** The same of all hidden layers, and He's for the last one: an output that starts lower loses more networks. */
const asymmetricBelowHe: DrawLayer = (inputs, outputs, random, isOutput) =>
  (isOutput ? heNormal : asymmetric)(inputs, outputs, random, isOutput);

/** A band, or a share that somebody measured over so many networks. */
type Expectation = readonly [number, number] | { share: number; of: number };

interface Case {
  name: string;
  draw: DrawLayer;
  slope: number;
  constant: Expectation;
  success?: Expectation;
  source?: string;
}

const cases: Case[] = [
  { name: 'ReLU, He', draw: heNormal, slope: 0, constant: [0.9, 0.97], source: 'Lu et al. 2019 and independent codes' },
  {
    name: 'ReLU, randomised asymmetric',
    draw: asymmetric,
    slope: 0,
    constant: { share: 0.433, of: 600 },
    source: 'an independent code in float64; Lu et al. 2019: about 40 %',
  },
  {
    name: 'ReLU, randomised asymmetric, output He',
    draw: asymmetricBelowHe,
    slope: 0,
    constant: { share: 0.539, of: 700 },
    source: 'two independent codes: 50.7 % of 300 networks, 56.3 % of 400',
  },
  {
    name: 'leaky ReLU 0.01, He',
    draw: heNormal,
    slope: 0.01,
    constant: { share: 0.115, of: 400 },
    success: { share: 0.578, of: 400 },
  },
  { name: 'leaky ReLU 0.25, He', draw: heNormal, slope: 0.25, constant: [0, 0.02], success: [0.9, 1] },
];

function expectation(one: Expectation | undefined): Pick<ReproductionRow, 'expected' | 'expectedError'> {
  if (!one) return { expected: null };
  if ('share' in one) return { expected: one.share, expectedError: share(one.share * one.of, one.of).standardError };
  return { expected: one };
}

/** For each network: the largest minus the least output on a grid, and the mean squared error there. */
async function judge(
  bank: NetBank,
  activation: (z: Tensor3D) => Tensor3D,
): Promise<{ spread: number[]; error: number[] }> {
  const points = 201;
  const grid = Float32Array.from({ length: points }, (_, i) => -half + (2 * half * i) / (points - 1));
  const outputs = tidy(() => {
    const all = new Float32Array(bank.nets * points);
    for (let net = 0; net < bank.nets; net++) all.set(grid, net * points);
    return bank.forward(tensor3d(all, [bank.nets, points, 1]), activation);
  });
  const values = await outputs.data();
  outputs.dispose();
  const of = (net: number): Float32Array => values.subarray(net * points, (net + 1) * points) as Float32Array;
  const nets = Array.from({ length: bank.nets }, (_, net) => of(net));
  return {
    spread: nets.map((y) => Math.max(...y) - Math.min(...y)),
    error: nets.map((y) => y.reduce((total, value, i) => total + (value - Math.abs(grid[i]!)) ** 2, 0) / points),
  };
}

/**
 * Fits |x| on [−√3, √3] with many networks of 10 layers of width 2 at once (Lu, Shin, Su, Karniadakis 2019): with He's
 * initialisation most of them are dead from birth and learn the constant mean.
 */
export async function absoluteValueRows(
  options: AbsoluteValueOptions,
  { onProgress, signal }: ReproductionHooks = {},
): Promise<ReproductionRow[]> {
  const { nets, layers, width, steps, batchSize, learningRate } = options;
  const sizes = [1, ...new Array<number>(layers - 1).fill(width), 1];
  const rows: ReproductionRow[] = [];
  for (const { name, draw, slope, constant, success, source = 'two independent codes' } of cases) {
    const seeds = Array.from({ length: nets }, (_, net) => `${name}/${net}`);
    const bank = new NetBank(sizes, seeds, draw);
    const optimizer = adam({ learningRate });
    const activation = (z: Tensor3D): Tensor3D => (slope === 0 ? relu(z) : leakyRelu(z, { negativeSlope: slope }));
    const random = createRandom(`${name}/batches`);
    try {
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        const size = nets * batchSize;
        const drawn = Float32Array.from({ length: size }, () => half * (2 * random.uniform() - 1));
        const x = tensor3d(drawn, [nets, batchSize, 1]);
        bank.train(optimizer, (): Tensor => sum(mean(square(sub(bank.forward(x, activation), abs(x))), [1, 2])));
        dispose(x);
      }
      const { spread, error } = await judge(bank, activation);
      const count = (test: (net: number) => boolean) => share(spread.filter((_, net) => test(net)).length, nets);
      const figures = {
        constant: count((net) => spread[net]! < 1e-3),
        success: count((net) => error[net]! < 1e-2),
      };
      rows.push(
        row({ case: name, quantity: 'constant after training', ...figures.constant, ...expectation(constant), source }),
        row({
          case: name,
          quantity: 'fits (mean squared error below 0.01)',
          ...figures.success,
          ...expectation(success),
          source: success ? source : '',
        }),
      );
      onProgress?.(
        `${name}: ${(100 * figures.constant.ours).toFixed(1)} % constant, ${(100 * figures.success.ours).toFixed(1)} % fit`,
      );
    } finally {
      optimizer.dispose();
      bank.dispose();
    }
  }
  return rows;
}
