import { activationGradKernel } from '@relumine/core';
import {
  engine,
  type GradConfig,
  type GradFunc,
  getBackend,
  getGradient,
  getKernel,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
  util,
} from '@tensorflow/tfjs-core';
import { batchNormGradKernel } from './batchNorm';
import { spreadKernel, squareGradKernel } from './elementwiseGradients';
import { outputGradKernel } from './outputGradients';
import { reducedBlock } from './sums';

const ours = new WeakSet<GradFunc>();

/** What takes a gradient over: undefined where this call has no one-pass form. */
type OnePass = (dy: Tensor, saved: Tensor[], attrs: NamedAttrMap) => ReturnType<GradFunc> | undefined;

const run = <T extends Tensor | Tensor[]>(kernel: string, inputs: Record<string, Tensor>, attrs: object = {}): T =>
  engine().runKernel(kernel, inputs, attrs as NamedAttrMap) as T;

/**
 * Puts a one-pass form before the gradient of `kernelName`. tfjs's own definition stays for other backends, other dtypes,
 * and inside the gradient of a gradient: its stock operations can be derived again.
 */
function takeOver(kernelName: string, kernel: string, onePass: OnePass): void {
  const before = getGradient(kernelName) as GradConfig | undefined;
  if (before === undefined || ours.has(before.gradFunc)) return;
  const gradFunc: GradFunc = (dy, saved, attrs) => {
    const single = dy as Tensor;
    const fits =
      getKernel(kernel, getBackend()) !== undefined &&
      engine().state.gradientDepth === 0 &&
      single.dtype === 'float32' &&
      saved.every((tensor) => tensor === null || tensor === undefined || tensor.dtype === 'float32');
    return (fits ? onePass(single, saved, attrs) : undefined) ?? before.gradFunc(dy, saved, attrs);
  };
  ours.add(gradFunc);
  registerGradient({ ...before, gradFunc });
}

/** The gradient of a sum over axes, divided by their size for a mean. */
const reduction =
  (isMean: boolean): OnePass =>
  (dy, [x], attrs) => {
    const { shape } = x!;
    const axes = util.parseAxisParam(attrs.axis as unknown as number[], shape);
    if (reducedBlock(shape, axes) === undefined) return undefined;
    const divisor = isMean ? axes.reduce((size, axis) => size * shape[axis]!, 1) : 1;
    return { x: () => run<Tensor>(spreadKernel, { dy }, { shape, axes, divisor }) };
  };

const batchNorm: OnePass = (dy, [x, mean, variance, scale], attrs) => {
  const channels = x!.shape.at(-1)!;
  const moments = [mean!, variance!, ...(scale ? [scale] : [])];
  if (channels === 0 || moments.some(({ shape, size }) => size !== channels || shape.at(-1) !== channels))
    return undefined;
  const inputs = { dy, x: x!, mean: mean!, variance: variance!, ...(scale ? { scale } : {}) };
  const [dx, dMean, dVariance, dOffset, dScale] = run<Tensor[]>(batchNormGradKernel, inputs, attrs);
  return { x: () => dx!, mean: () => dMean!, variance: () => dVariance!, offset: () => dOffset!, scale: () => dScale! };
};

const prelu: OnePass = (dy, [x, alpha]) => {
  const spans =
    alpha!.size === 1 ||
    alpha!.shape.every((extent, axis) => {
      return extent === x!.shape[x!.rank - alpha!.rank + axis];
    });
  if (!spans) return undefined;
  const [dx, dAlpha] = run<Tensor[]>(activationGradKernel('prelu'), { dy, x: x!, alpha: alpha! });
  return { x: () => dx!, alpha: () => dAlpha! };
};

/** By the saved input. */
const byInput =
  (kernel: string, attrs: object = {}): OnePass =>
  (dy, [x]) => ({ x: () => run<Tensor>(kernel, { dy, x: x! }, attrs) });

/** By the saved output. */
const byOutput =
  (name: string): OnePass =>
  (dy, [y]) => ({ x: () => run<Tensor>(outputGradKernel, { dy, y: y! }, { name }) });

/** Registers one-pass gradients for tfjs's own operations: batch normalisation, sums, means, squares, activations. */
export function registerOnePassGradients(): void {
  takeOver('FusedBatchNorm', batchNormGradKernel, batchNorm);
  takeOver('Sum', spreadKernel, reduction(false));
  takeOver('Mean', spreadKernel, reduction(true));
  takeOver('Square', squareGradKernel, byInput(squareGradKernel));
  takeOver('Prelu', activationGradKernel('prelu'), prelu);
  for (const [kernelName, name, attrs] of [
    ['Relu6', 'relu6', {}],
    ['Selu', 'selu', {}],
    // tfjs's softplus has no threshold.
    ['Softplus', 'softplus', { beta: 1, threshold: Number.POSITIVE_INFINITY }],
  ] as const) {
    const kernel = activationGradKernel(name);
    takeOver(kernelName, kernel, byInput(kernel, attrs));
  }
  for (const kernelName of ['Elu', 'Sigmoid', 'Tanh']) {
    takeOver(kernelName, outputGradKernel, byOutput(kernelName.toLowerCase()));
  }
}
