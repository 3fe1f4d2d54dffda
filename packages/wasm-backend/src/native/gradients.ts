import { activationGradKernel } from '@relumine/core';
import {
  cast,
  engine,
  type GradConfig,
  type GradFunc,
  getBackend,
  getGradient,
  getKernel,
  greater,
  mul,
  type NamedAttrMap,
  registerGradient,
  step,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

const ours = new WeakSet<GradFunc>();

/** Runs one of our gradient kernels on tensors, outside the tape: gradients of these gradients go through `composed`. */
function run<T extends Tensor | Tensor[]>(kernel: string, inputs: Record<string, Tensor>, attrs: NamedAttrMap): T {
  return engine().runKernel(kernel, inputs, attrs) as T;
}

/** Whether the current backend has `kernel`: the gradient registry is shared by all backends. */
const has = (kernel: string): boolean => getKernel(kernel, getBackend()) !== undefined;

function replaceGradient(kernelName: string, native: GradConfig, kernel: string, composed: GradFunc): void {
  const before = getGradient(kernelName);
  if (before !== undefined && ours.has(before.gradFunc)) return;
  const gradFunc: GradFunc = (dy, saved, attrs) =>
    has(kernel) ? native.gradFunc(dy, saved, attrs) : composed(dy, saved, attrs);
  ours.add(gradFunc);
  registerGradient({ ...native, gradFunc });
}

/** The gradient kernel is linear in dy, and flat in x almost everywhere: enough for gradients of gradients. */
function registerSecondGradient(kernelName: string): void {
  registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (ddx, saved, attrs) => ({
      dy: () => run<Tensor>(kernelName, { dy: ddx as Tensor, x: saved[0]! }, attrs),
      x: () => zerosLike(saved[0]!),
    }),
  });
}

/** Gradients of tfjs's own relu and leakyRelu in one pass where the backend can, in stock operations elsewhere. */
export function registerActivationGradients(): void {
  const reluGrad = activationGradKernel('relu');
  replaceGradient(
    'Relu',
    {
      kernelName: 'Relu',
      inputsToSave: ['x'],
      gradFunc: (dy, saved) => ({ x: () => run<Tensor>(reluGrad, { dy: dy as Tensor, x: saved[0]! }, {}) }),
    },
    reluGrad,
    (dy, [x]) => ({ x: () => mul(dy as Tensor, cast(step(x!), 'float32')) }),
  );
  const leakyGrad = activationGradKernel('leakyRelu');
  replaceGradient(
    'LeakyRelu',
    {
      kernelName: 'LeakyRelu',
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attrs) => ({
        x: () => run<Tensor>(leakyGrad, { dy: dy as Tensor, x: saved[0]! }, { negativeSlope: Number(attrs.alpha) }),
      }),
    },
    leakyGrad,
    (dy, [x], attrs) => ({
      x: () => where(greater(x!, 0), dy as Tensor, mul(dy as Tensor, Number((attrs as { alpha: number }).alpha))),
    }),
  );
  registerSecondGradient(reluGrad);
  registerSecondGradient(leakyGrad);
}
