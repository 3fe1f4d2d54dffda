import { hasKernel, spectralProductGradKernel, spectralProductKernel } from '@relumine/core';
import {
  add,
  concat,
  customGrad,
  div,
  engine,
  matMul,
  mul,
  type NamedAttrMap,
  type NamedTensorMap,
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
 * Whether {@link denseCall} can stand for a layer's own call, and costs less: it always makes the inputs' gradient, goes over the
 * outputs once more and, composed, over the inputs, and spares passes over the kernel.
 *
 * @param wrapper the layer that has `layer` in it
 */
export function canCallDense(wrapper: Layer, layer: Layer, inputs: Tensor | Tensor[]): inputs is Tensor2D | [Tensor2D] {
  const [x, ...more] = [inputs].flat();
  if (layer.getClassName() !== 'Dense' || layer.call !== callOfDense() || isFirst(wrapper)) return false;
  const [rows, columns] = (layer as DenseLayer).kernel.shape;
  const most = hasKernel(spectralProductKernel) ? rows! : columns!;
  return more.length === 0 && x!.rank === 2 && x!.dtype === 'float32' && x!.shape[0]! <= most;
}

type Found = Omit<SpectralStep, 'value'>;

/** x W · target / sigma, or x W where sigma is 0 or small enough, and the gradients by x and W. */
interface Product {
  forward(x: Tensor2D, w: Tensor2D, found: Found, division: Division): Tensor;
  backward(dy: Tensor, x: Tensor2D, w: Tensor2D, y: Tensor, found: Found, division: Division): Tensor[];
}

const composed: Product = {
  forward: (x, w, { sigma }, division) => div(matMul(x, w), divisor(sigma, division)),
  backward(dy, x, w, y, { u, v, sigma }, division) {
    const dz: Tensor2D = div(dy, divisor(sigma, division));
    const dSigma = div(mul(sum(mul(dz, y)), isDivided(sigma, division)), -division.target);
    // xᵀ dz + dSigma · v uᵀ in one product: v is one more sample.
    const samples = concat([x, reshape(v, [1, -1]) as Tensor2D], 0);
    const slopes = concat([dz, reshape(mul(u, dSigma), [1, -1]) as Tensor2D], 0);
    return [matMul(dz, w, false, true), matMul(samples, slopes, true, false)];
  },
};

const run = <T>(name: string, inputs: object, division: Division): T =>
  engine().runKernel(name, inputs as NamedTensorMap, { ...division } as unknown as NamedAttrMap) as T;

const native: Product = {
  forward: (x, kernel, { sigma }, division) => run(spectralProductKernel, { x, kernel, sigma }, division),
  backward: (dy, x, kernel, y, found, division) =>
    run(spectralProductGradKernel, { dy, x, kernel, y, ...found }, division),
};

/** Inside a tidy. */
function dividedProduct(x: Tensor2D, kernel: Tensor, found: Found, division: Division): Tensor {
  const { forward, backward } = hasKernel(spectralProductKernel) ? native : composed;
  const multiply = customGrad((...args: (Tensor | ((tensors: Tensor[]) => void))[]) => {
    const [a, w, save] = args as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const value = forward(a, w, found, division);
    save([a, w, value, found.u, found.v, found.sigma]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x1, w1, y, u, v, sigma] = saved as [Tensor2D, Tensor2D, Tensor, Found['u'], Found['v'], Found['sigma']];
      return backward(dy, x1, w1, y, { u, v, sigma }, division);
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
export function denseCall(layer: Layer, inputs: Tensor2D | [Tensor2D], found: Found, division: Division): Tensor {
  const { kernel, bias, activation } = layer as DenseLayer;
  const [x] = [inputs].flat() as [Tensor2D];
  const z = dividedProduct(x, kernel.read(), found, division);
  return activation.apply(bias ? add(z, bias.read()) : z);
}
