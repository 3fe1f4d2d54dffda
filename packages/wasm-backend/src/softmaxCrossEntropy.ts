import { describe, invalidArgument } from '@relumine/core';
import {
  customGrad,
  engine,
  type GradSaveFunc,
  getBackend,
  getKernel,
  logSoftmax,
  mul,
  neg,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from './native/softmax';

const where = 'wasm-backend/softmaxCrossEntropy';

function requireMatrix(argument: string, x: Tensor): void {
  if (x.rank === 2 && x.dtype === 'float32') return;
  throw invalidArgument({
    where,
    argument,
    rule: 'must be a float32 tensor of shape [rows, classes]',
    received: `${x.dtype}[${x.shape}]`,
    type: TypeError,
  });
}

const fused = customGrad((labels, logits, save) => {
  const inputs = { logits: logits as Tensor, labels: labels as Tensor };
  const [loss, softmax] = engine().runKernel(softmaxCrossEntropyKernel, inputs) as unknown as [Tensor, Tensor];
  (save as GradSaveFunc)([softmax, labels as Tensor]);
  return {
    value: loss,
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [p, y] = saved as [Tensor, Tensor];
      const dz = engine().runKernel(softmaxCrossEntropyGradKernel, { dy, softmax: p, labels: y }) as Tensor;
      return [zerosLike(y), dz];
    },
  };
});

/**
 * Cross-entropy of labels y with the softmax of logits z, `−Σ_c y_c log softmax(z)_c` for each row: softmax, logarithm and
 * gradient `dy · (softmax(z) Σ y − y)` in one pass each on the native kernels, in stock operations elsewhere and inside a
 * gradient of a gradient. As a loss of `compile` it takes a model whose last layer has no softmax of its own.
 *
 * @param labels float32[rows, classes], one-hot or a distribution; no gradient flows to it. Borrowed.
 * @param logits float32[rows, classes]. Borrowed.
 * @returns float32[rows], the caller's
 * @throws TypeError for another rank or dtype, RangeError where the shapes differ
 * @see torch.nn.functional.cross_entropy with class probabilities
 * @example
 * ```ts
 * model.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: softmaxCrossEntropy });
 * ```
 */
export function softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor1D {
  requireMatrix('labels', labels);
  requireMatrix('logits', logits);
  if (labels.shape[0] !== logits.shape[0] || labels.shape[1] !== logits.shape[1])
    throw invalidArgument({
      where,
      argument: 'labels',
      rule: `must have the shape of \`logits\`, [${logits.shape}]`,
      received: describe(labels.shape),
    });
  const native = getKernel(softmaxCrossEntropyKernel, getBackend()) !== undefined && logits.shape[1] !== 0;
  // The first tape is the loss's own; on a second one, the gradient itself is derived.
  if (native && engine().state.gradientDepth < 2) return fused(labels, logits) as Tensor1D;
  return neg(sum(mul(labels as Tensor2D, logSoftmax(logits as Tensor2D)), 1)) as Tensor1D;
}
