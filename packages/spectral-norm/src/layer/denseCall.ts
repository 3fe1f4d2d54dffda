import {
  add,
  concat,
  customGrad,
  div,
  matMul,
  mul,
  reshape,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { type Division, divisor, isDivided, type SpectralStep } from '../spectralStep';

type Layer = layers.Layer;

/** What tfjs's Dense holds. */
interface DenseLayer extends Layer {
  readonly kernel: LayerVariable;
  readonly bias: LayerVariable | null;
  readonly activation: { apply(z: Tensor): Tensor };
}

let stockCall: Layer['call'] | undefined;

/** The call of tfjs's own Dense: a layer that has another one is looked at, or changed, by somebody. */
const callOfDense = (): Layer['call'] => {
  stockCall ??= (Object.getPrototypeOf(layers.dense({ units: 1 })) as Layer).call;
  return stockCall;
};

/** Whether a layer's inputs are the model's own, which no gradient is asked of. */
const isFirst = ({ inboundNodes }: Layer): boolean =>
  inboundNodes.every(({ inboundLayers }) => inboundLayers.every((before) => before.getClassName() === 'InputLayer'));

/**
 * Whether {@link denseCall} can stand for a layer's own call, and costs less: it copies the inputs and always makes their
 * gradient, and spares passes over the kernel.
 *
 * @param wrapper the layer that has `layer` in it
 */
export function canCallDense(wrapper: Layer, layer: Layer, inputs: Tensor | Tensor[]): inputs is Tensor2D | [Tensor2D] {
  const [x, ...more] = [inputs].flat();
  if (layer.getClassName() !== 'Dense' || layer.call !== callOfDense() || isFirst(wrapper)) return false;
  const [, columns] = (layer as DenseLayer).kernel.shape;
  return more.length === 0 && x!.rank === 2 && x!.dtype === 'float32' && x!.shape[0]! <= columns!;
}

/** x W · target / sigma, or x W where sigma is 0 or small enough. Inside a tidy. */
function dividedProduct(x: Tensor2D, kernel: Tensor, found: Omit<SpectralStep, 'value'>, division: Division): Tensor {
  const multiply = customGrad((...args: (Tensor | ((tensors: Tensor[]) => void))[]) => {
    const [a, w, save] = args as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const by = divisor(found.sigma, division);
    const value = div(matMul(a, w), by);
    save([a, w, value, by, isDivided(found.sigma, division), found.u, found.v]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x1, w1, y, by1, divided, u, v] = saved as [Tensor2D, Tensor2D, ...Tensor[]];
      const dz: Tensor2D = div(dy, by1!);
      const dSigma = div(mul(sum(mul(dz, y!)), divided!), -division.target);
      // xᵀ dz + dSigma · v uᵀ in one product: v is one more sample.
      const samples = concat([x1, reshape(v!, [1, -1]) as Tensor2D], 0);
      const slopes = concat([dz, reshape(mul(u!, dSigma), [1, -1]) as Tensor2D], 0);
      return [matMul(dz, w1, false, true), matMul(samples, slopes, true, false)];
    };
    return { value, gradFunc };
  });
  return multiply(x, kernel);
}

/**
 * What a Dense layer computes with its kernel W divided by sigma / target, without the divided kernel: x W is divided
 * instead, and the gradient through sigma rides along in the product that makes W's. A kernel of thousands of rows is
 * read three times less and written twice less in a step.
 *
 * @param inputs float32[batch, features]; borrowed
 * @param found u float32[units], v float32[features] and their sigma: u and v are constants to the gradient; borrowed
 */
export function denseCall(
  layer: Layer,
  inputs: Tensor2D | [Tensor2D],
  found: Omit<SpectralStep, 'value'>,
  division: Division,
): Tensor {
  const { kernel, bias, activation } = layer as DenseLayer;
  const [x] = [inputs].flat() as [Tensor2D];
  const z = dividedProduct(x, kernel.read(), found, division);
  return activation.apply(bias ? add(z, bias.read()) : z);
}
