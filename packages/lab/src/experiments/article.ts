import { createRandom } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { adam } from '@relumine/wasm-backend';
import {
  dispose,
  mean,
  type Scalar,
  square,
  sub,
  type Tensor,
  tensor4d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { articleNetwork, plainNetwork, repairedNetwork } from './articleNetworks';
import { average, type ReproductionHooks, type ReproductionRow, row } from './reproduction';

export interface ArticleOptions {
  seeds: readonly number[];
  /** Of Adam, at `learningRate`, towards a target that the network can't reach. */
  steps: number;
  learningRate: number;
}

export const articleDefaults: ArticleOptions = { seeds: [1, 2, 3], steps: 40, learningRate: 0.03 };

const samples = 4;

function normals(label: string, shape: [number, number, number, number]): Tensor {
  const random = createRandom(label);
  return tensor4d(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  );
}

interface Pass {
  output: Float32Array;
  /** Gradients of mean (y − target)², in the order of the weights. */
  gradients: Float32Array[];
  weights: number;
}

async function pass(model: LayersModel, x: Tensor, target: Tensor): Promise<Pass> {
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
  const output = tidy(() => model.predict(x) as Tensor);
  const { value, grads } = variableGrads(
    () => mean(square(sub(model.apply(x, { training: true }) as Tensor, target))) as Scalar,
    variables,
  );
  const gradients = (await Promise.all(variables.map(({ name }) => grads[name]!.data()))) as Float32Array[];
  const result = { output: (await output.data()) as Float32Array, gradients, weights: variables.length };
  dispose([output, value, grads]);
  return result;
}

const apart = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

/** Trains a network; how far the last layer's weights moved (0 where it has none), and the share of channels that are dead. */
async function trained(model: LayersModel, x: Tensor, target: Tensor, options: ArticleOptions) {
  const optimizer = adam({ learningRate: options.learningRate });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const slopes = (): Float32Array[] =>
    model.layers
      .at(-1)!
      .getWeights()
      .map((one) => Float32Array.from(one.dataSync()));
  const before = slopes();
  for (let step = 0; step < options.steps; step++) await model.trainOnBatch(x, target);
  const moved = Math.max(0, ...slopes().map((values, i) => apart(values, before[i]!)));
  const report = await auditModel(model, x);
  // A leaky ReLU behind a ReLU reads no negative value: its own report says nothing.
  const relus = report.layers.filter(({ activation }) => activation === 'relu');
  const counted = relus.length > 0 ? relus : report.layers;
  const dead = counted.reduce((sum, { deadChannels }) => sum + deadChannels.length, 0);
  optimizer.dispose();
  return { moved, dead: dead / counted.reduce((sum, { channels }) => sum + channels, 0) };
}

/**
 * The network of the article that this project answers to, [batch, 32, 32, 1] → [batch, 32, 32, 64]: what its leaky ReLU
 * behind a ReLU and its fixed "parametric" slope change (nothing), beside the repaired one.
 */
export async function articleRows(
  options: ArticleOptions,
  { onProgress, signal }: ReproductionHooks = {},
): Promise<ReproductionRow[]> {
  const x = normals('article/x', [samples, 32, 32, 1]);
  const target = normals('article/target', [samples, 32, 32, 64]);
  const figures = { output: 0, gradient: 0, extra: 0, slopes: { article: 0, repaired: Number.POSITIVE_INFINITY } };
  const dead: Record<'article' | 'repaired', number[]> = { article: [], repaired: [] };
  for (const seed of options.seeds) {
    signal?.throwIfAborted();
    const [article, plain, repaired] = [articleNetwork(seed), plainNetwork(seed), repairedNetwork(seed)];
    const [a, p] = [await pass(article, x, target), await pass(plain, x, target)];
    figures.output = Math.max(figures.output, apart(a.output, p.output));
    figures.gradient = Math.max(figures.gradient, ...a.gradients.map((one, i) => apart(one, p.gradients[i]!)));
    figures.extra = a.weights - p.weights;
    const [first, second] = [await trained(article, x, target, options), await trained(repaired, x, target, options)];
    figures.slopes.article = Math.max(figures.slopes.article, first.moved);
    figures.slopes.repaired = Math.min(figures.slopes.repaired, second.moved);
    dead.article.push(first.dead);
    dead.repaired.push(second.dead);
    for (const model of [article, plain, repaired]) model.dispose();
    onProgress?.(`seed ${seed}: ${(100 * first.dead).toFixed(0)} % dead, repaired ${(100 * second.dead).toFixed(0)} %`);
  }
  dispose([x, target]);
  const exact = (which: string, quantity: string, ours: number, source: string, expected: number | null = 0) =>
    row({ case: which, quantity, ours, standardError: 0, expected, source });
  const noOp = 'derived: leaky(relu(x)) = relu(x), and so is its gradient';
  return [
    exact('the article’s', 'largest change of an output by its two leaky layers', figures.output, noOp),
    exact('the article’s', 'largest change of a gradient by its two leaky layers', figures.gradient, noOp),
    exact(
      'the article’s',
      'trainable weights that the "parametric" layer adds',
      figures.extra,
      'derived: a number is no weight',
    ),
    exact(
      'the article’s',
      'how far its slope moved in training',
      figures.slopes.article,
      'derived: a number is no weight',
    ),
    exact('repaired', 'how far its slopes moved in training, at least', figures.slopes.repaired, '', null),
    row({
      case: 'the article’s',
      quantity: 'dead channels after training',
      ...average(dead.article),
      expected: null,
      source: '',
    }),
    row({
      case: 'repaired',
      quantity: 'dead channels after training',
      ...average(dead.repaired),
      expected: 0,
      source: 'derived: a slope below 0 has no dead side',
    }),
  ];
}
