import { elu, leakyRelu, prelu, relu } from '@relumine/activations';
import { sgd } from '@relumine/wasm-backend';
import {
  add,
  cast,
  conv2d,
  dispose,
  losses,
  matMul,
  maxPool,
  type Optimizer,
  oneHot,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';

interface Stored {
  shape: number[];
  data: number[];
}

/** One training run as PyTorch has made it. */
export interface TrajectoryCase {
  id: string;
  activation: 'relu' | 'leaky_relu' | 'prelu' | 'elu';
  alpha: number | null;
  batch: string;
  lr: number;
  momentum: number;
  steps: number;
  init: { tfjs: Record<string, Stored> };
  losses: number[];
  deadUnits1: number[];
  deadUnits2: number[];
  deadChannels1: number[];
  deadChannels2: number[];
  final: { tfjs: Record<string, Stored> };
}

/** One batch of images and their labels. */
export interface StoredBatch {
  shape: [number, number, number];
  x: number[];
  labels: number[];
}

/** conv 3×3×4 same, activation, max-pool 2, conv 3×3×8 valid, activation, dense, trained on one fixed batch. */
export class ReplayedNetwork {
  readonly weights: Record<string, Variable>;
  private readonly which: TrajectoryCase;
  private readonly optimizer: Optimizer;
  private readonly images: Tensor4D;
  private readonly labels: Tensor;
  private readonly classOf: readonly number[];

  constructor(which: TrajectoryCase, batch: StoredBatch) {
    this.which = which;
    const [count, height, width] = batch.shape;
    this.images = tensor(batch.x, [count, height, width, 1]) as Tensor4D;
    this.classOf = batch.labels;
    this.labels = tidy(() => cast(oneHot(tensor1d(batch.labels, 'int32'), 10), 'float32'));
    this.weights = Object.fromEntries(
      Object.entries(which.init.tfjs).map(([name, { shape, data }]) => [
        name,
        tidy(() => variable(tensor(data, shape), true)),
      ]),
    );
    this.optimizer = sgd({ learningRate: which.lr, momentum: which.momentum });
  }

  private activate<T extends Tensor>(z: T, slope: Variable | undefined): T {
    switch (this.which.activation) {
      case 'relu':
        return relu(z);
      case 'leaky_relu':
        return leakyRelu(z, { negativeSlope: this.which.alpha ?? 0.01 });
      case 'prelu':
        return prelu(z, slope!);
      case 'elu':
        return elu(z, { alpha: this.which.alpha ?? 1 });
    }
  }

  /** The pre-activations of both convolutions, and the logits. */
  forward(): { z1: Tensor4D; z2: Tensor4D; logits: Tensor2D } {
    const { w1, b1, w2, b2, w3, b3, a1, a2 } = this.weights as Record<string, Variable>;
    const z1 = add(conv2d(this.images, w1 as never, 1, 'same'), b1!) as Tensor4D;
    const pooled = maxPool(this.activate(z1, a1), 2, 2, 'valid');
    const z2 = add(conv2d(pooled, w2 as never, 1, 'valid'), b2!) as Tensor4D;
    const features = reshape(this.activate(z2, a2), [this.images.shape[0], -1]) as Tensor2D;
    return { z1, z2, logits: add(matMul(features, w3 as never), b3!) as Tensor2D };
  }

  /**
   * Mean softmax cross-entropy, on the weights as they are, in float64 from the float32 logits: tfjs's own subtracts logits
   * near 10 from the logarithm of their sum, which near a loss of 1e-3 costs 1e-4 by rounding alone.
   */
  loss(): number {
    const logits = tidy(() => this.forward().logits.dataSync());
    const sum = this.classOf.reduce((total, label, image) => {
      const row = [...logits.subarray(10 * image, 10 * image + 10)];
      const own = row[label]!;
      return total + Math.log1p(row.reduce((rest, logit, k) => (k === label ? rest : rest + Math.exp(logit - own)), 0));
    }, 0);
    return sum / this.classOf.length;
  }

  step(): void {
    this.optimizer.minimize(() => this.crossEntropy());
  }

  private crossEntropy(): Scalar {
    return losses.softmaxCrossEntropy(this.labels, this.forward().logits) as Scalar;
  }

  dispose(): void {
    dispose([this.images, this.labels]);
    dispose(this.weights);
    this.optimizer.dispose();
  }
}
