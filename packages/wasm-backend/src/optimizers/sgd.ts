import { requireFinite, requireObject } from '@relumine/core';
import {
  add,
  mul,
  type NamedTensorMap,
  Optimizer,
  type serialization,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { type DecayOptions, decaysByDefault } from './decay';
import { fusedStep } from './fused';
import { disposeSlots, eachGradient, loadSlots, type NamedTensor, type Slot, saveSlots, slotOf } from './slots';

const where = 'wasm-backend/sgd';

/** Options of `sgd`. */
export interface SgdOptions extends DecayOptions {
  learningRate: number;
  /** How much of the last step's velocity is kept; 0 (the default) keeps none. */
  momentum?: number;
  /** Whether steps look ahead along the velocity; of no effect without momentum. */
  nesterov?: boolean;
  /** Added to the gradient as weightDecay · value. */
  weightDecay?: number;
}

/** Stochastic gradient descent, one pass over memory per variable where the backend has the fused step. */
export class SgdOptimizer extends Optimizer {
  static readonly className: string = 'SGD';
  learningRate: number;
  momentum: number;
  useNesterov: boolean;
  weightDecay: number;
  private readonly decays: (name: string) => boolean;
  /** The velocities, named as in tfjs's momentum optimiser. */
  accumulations: Slot[] = [];
  private readonly loaded = new Set<Slot>();

  constructor(options: SgdOptions) {
    super();
    requireObject(where, 'options', options);
    const { learningRate, momentum = 0, nesterov = false, weightDecay = 0, decays } = options;
    requireFinite(where, 'options.learningRate', learningRate, { min: 0 });
    this.learningRate = learningRate;
    requireFinite(where, 'options.momentum', momentum, { min: 0 });
    this.momentum = momentum;
    requireFinite(where, 'options.weightDecay', weightDecay, { min: 0 });
    this.weightDecay = weightDecay;
    this.useNesterov = nesterov;
    this.decays = decays ?? decaysByDefault;
  }

  /** As tfjs names its own, so that a saved training configuration loads without this package. */
  override getClassName(): string {
    return this.momentum === 0 ? 'SGD' : 'Momentum';
  }

  override applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
    tidy(() =>
      eachGradient(gradients, (value, gradient, index) => {
        const velocity =
          this.momentum === 0 ? undefined : slotOf(this.accumulations, this.loaded, value, index, 'momentum');
        const inputs = velocity ? { value, gradient, velocity } : { value, gradient };
        const { learningRate, momentum, useNesterov: nesterov } = this;
        const weightDecay = this.decays(value.name) ? this.weightDecay : 0;
        const attrs = { learningRate, momentum, nesterov, weightDecay };
        const [next, nextVelocity] =
          fusedStep('RelumineSgd', inputs, attrs) ?? this.compose(value, gradient, velocity, weightDecay);
        if (velocity && nextVelocity) velocity.assign(nextVelocity);
        value.assign(next!);
      }),
    );
    this.incrementIterations();
  }

  private compose(value: Tensor, gradient: Tensor, velocity: Tensor | undefined, weightDecay: number): Tensor[] {
    const { learningRate, momentum, useNesterov } = this;
    const g = weightDecay === 0 ? gradient : add(gradient, mul(value, weightDecay));
    if (!velocity) return [sub(value, mul(g, learningRate))];
    const next = add(mul(velocity, momentum), g);
    const step = useNesterov ? add(g, mul(next, momentum)) : next;
    return [sub(value, mul(step, learningRate)), next];
  }

  setLearningRate(learningRate: number): void {
    requireFinite(where, 'learningRate', learningRate, { min: 0 });
    this.learningRate = learningRate;
  }

  override async getWeights(): Promise<NamedTensor[]> {
    return [await this.saveIterations(), ...saveSlots(this.accumulations)];
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    this.accumulations = loadSlots(await this.extractIterations(weights), this.accumulations);
    this.loaded.clear();
    for (const slot of this.accumulations) this.loaded.add(slot);
  }

  override dispose(): void {
    disposeSlots(this.accumulations);
    this.accumulations = [];
  }

  override getConfig(): serialization.ConfigDict {
    const { learningRate, momentum, useNesterov, weightDecay } = this;
    const common = { learningRate, ...(weightDecay === 0 ? {} : { weightDecay }) };
    return momentum === 0 ? common : { ...common, momentum, useNesterov };
  }
}

/**
 * Stochastic gradient descent: g = gradient + weightDecay · w, u = momentum · u + g, w −= learningRate · u (with
 * `nesterov`: · (g + momentum · u)). A `tf.Optimizer` that `compile` and `minimize` take, equal to tfjs's `tf.train.sgd` and
 * `tf.train.momentum` up to rounding, in one fused pass where the native kernels run.
 *
 * @param options `learningRate` per step; `momentum` 0; `nesterov` false; `weightDecay` 0
 * @returns an optimiser that the caller disposes
 * @throws RangeError or TypeError for a number that is negative or not finite
 * @see torch.optim.SGD; Sutskever, Martens, Dahl, Hinton 2013 for `nesterov`
 */
export function sgd(options: SgdOptions): Optimizer {
  return new SgdOptimizer(options);
}
