import { createRandom, type Random } from '@relumine/core';
import {
  add,
  dispose,
  matMul,
  type Optimizer,
  relu,
  type Scalar,
  type Tensor,
  type Tensor3D,
  tensor3d,
  tidy,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';

/** Weights of one layer of one network: a kernel [inputs, outputs], row-major, and a bias. */
export interface LayerDraw {
  kernel: Float32Array;
  bias: Float32Array;
}

/** Draws a layer. */
export type DrawLayer = (inputs: number, outputs: number, random: Random, isOutput: boolean) => LayerDraw;

/** Normal kernels with the standard deviation of a fan-in or of both fans, zero biases. */
export const normalDraw =
  (deviation: (inputs: number, outputs: number) => number): DrawLayer =>
  (inputs, outputs, random) => {
    const scale = deviation(inputs, outputs);
    return {
      kernel: Float32Array.from({ length: inputs * outputs }, () => scale * random.normal()),
      bias: new Float32Array(outputs),
    };
  };

/** He, Zhang, Ren and Sun 2015. */
export const heNormal: DrawLayer = normalDraw((inputs) => Math.sqrt(2 / inputs));

/** Glorot and Bengio 2010, the uniform one: ±√(6 / (inputs + outputs)). */
export const glorotUniform: DrawLayer = (inputs, outputs, random) => {
  const bound = Math.sqrt(6 / (inputs + outputs));
  return {
    kernel: Float32Array.from({ length: inputs * outputs }, () => bound * (2 * random.uniform() - 1)),
    bias: new Float32Array(outputs),
  };
};

/**
 * Many dense networks of one shape that train side by side, each with weights of its own: every layer is one batched matrix
 * product. No network sees another; what is summed over them is only the loss, whose gradients are theirs alone.
 */
export class NetBank {
  readonly nets: number;
  readonly kernels: Variable[] = [];
  readonly biases: Variable[] = [];

  constructor(sizes: readonly number[], seeds: readonly (number | string)[], draw: DrawLayer) {
    this.nets = seeds.length;
    const randoms = seeds.map((seed) => createRandom(seed));
    for (let layer = 0; layer + 1 < sizes.length; layer++) {
      const [inputs, outputs] = [sizes[layer]!, sizes[layer + 1]!];
      const isOutput = layer + 2 === sizes.length;
      const kernel = new Float32Array(this.nets * inputs * outputs);
      const bias = new Float32Array(this.nets * outputs);
      randoms.forEach((random, net) => {
        const drawn = draw(inputs, outputs, random.fork(`layer${layer}`), isOutput);
        kernel.set(drawn.kernel, net * inputs * outputs);
        bias.set(drawn.bias, net * outputs);
      });
      tidy(() => {
        this.kernels.push(variable(tensor3d(kernel, [this.nets, inputs, outputs])));
        this.biases.push(variable(tensor3d(bias, [this.nets, 1, outputs])));
      });
    }
  }

  /**
   * The outputs before any last activation.
   *
   * @param x float32[nets, samples, inputs]
   * @param see called with the output of each hidden activation, float32[nets, samples, units]
   * @returns float32[nets, samples, outputs]; the caller's
   */
  forward(x: Tensor3D, activation: (z: Tensor3D) => Tensor3D = relu, see?: (h: Tensor3D) => void): Tensor3D {
    return tidy(() => {
      let h = x;
      this.kernels.forEach((kernel, layer) => {
        const z = add(matMul(h, kernel as unknown as Tensor3D), this.biases[layer]!) as Tensor3D;
        const isLast = layer + 1 === this.kernels.length;
        h = isLast ? z : activation(z);
        if (!isLast) see?.(h);
      });
      return h;
    });
  }

  get variables(): Variable[] {
    return [...this.kernels, ...this.biases];
  }

  /** One step of every network; the losses are summed, so each network's gradient is that of its own loss. */
  train(optimizer: Optimizer, loss: () => Tensor): void {
    tidy(() => {
      optimizer.minimize(() => loss() as Scalar, false, this.variables);
    });
  }

  dispose(): void {
    dispose(this.variables);
  }
}
