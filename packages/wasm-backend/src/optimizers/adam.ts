import { requireFinite } from '@relumine/core';
import {
  add,
  div,
  mul,
  type NamedTensorMap,
  Optimizer,
  serialization,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { type DecayOptions, decaysByDefault } from './decay';
import { fusedStep } from './fused';
import { disposeSlots, eachGradient, loadSlots, type NamedTensor, type Slot, saveSlots, slotOf } from './slots';

/** Options of `adam`. */
export interface AdamOptions {
  /** 0.001 unless given. */
  learningRate?: number;
  /** How slowly the mean of the gradients forgets; 0.9 unless given. */
  beta1?: number;
  /** How slowly the mean of their squares forgets; 0.999 unless given. */
  beta2?: number;
  /** Added to the root of the mean square; 1e-7 unless given, as in tfjs. */
  epsilon?: number;
}

/** Options of `adamW`. */
export interface AdamWOptions extends AdamOptions, DecayOptions {
  /** The share of a weight that each step takes off, times the learning rate; 0.01 unless given. */
  weightDecay?: number;
}

interface Step {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  beta1Power: number;
  beta2Power: number;
  weightDecay: number;
}

/** β to the power t + 1. float32, as in tfjs: 1 − β₂ᵗ loses four digits in the first steps, which the steps of its Adam show. */
const nextPower = (power: number, beta: number): number => Math.fround(power * Math.fround(beta));

/** The power that as many steps have made, digit by digit: a loaded optimiser goes on as the saved one would. */
function powerAfter(beta: number, iterations: number): number {
  let power = 1;
  for (let i = 0; i < iterations && power > 0; i++) power = nextPower(power, beta);
  return power;
}

/** Adam and AdamW, one pass over memory per variable where the backend has the fused step. */
export class AdamOptimizer extends Optimizer {
  /** As tfjs names its own, so that a saved training configuration loads without this package. */
  static readonly className: string = 'Adam';
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  private readonly decays: (name: string) => boolean;
  /** The running means, named as in tfjs's Adam. */
  accumulatedFirstMoment: Slot[] = [];
  accumulatedSecondMoment: Slot[] = [];
  private readonly loaded = new Set<Slot>();
  private beta1Power = 1;
  private beta2Power = 1;

  constructor(options: AdamWOptions, where = 'wasm-backend/adam') {
    super();
    const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weightDecay = 0 } = options;
    requireFinite(where, 'options.learningRate', learningRate, { min: 0 });
    this.learningRate = learningRate;
    requireFinite(where, 'options.beta1', beta1, { min: 0, max: 1 });
    this.beta1 = beta1;
    requireFinite(where, 'options.beta2', beta2, { min: 0, max: 1 });
    this.beta2 = beta2;
    requireFinite(where, 'options.epsilon', epsilon, { min: 0 });
    this.epsilon = epsilon;
    requireFinite(where, 'options.weightDecay', weightDecay, { min: 0 });
    this.weightDecay = weightDecay;
    this.decays = options.decays ?? decaysByDefault;
  }

  override applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
    this.beta1Power = nextPower(this.beta1Power, this.beta1);
    this.beta2Power = nextPower(this.beta2Power, this.beta2);
    const { learningRate, beta1, beta2, epsilon, beta1Power, beta2Power, weightDecay } = this;
    const step = { learningRate, beta1, beta2, epsilon, beta1Power, beta2Power };
    tidy(() =>
      eachGradient(gradients, (value, gradient, index) => {
        const attrs: Step = { ...step, weightDecay: this.decays(value.name) ? weightDecay : 0 };
        const m = slotOf(this.accumulatedFirstMoment, this.loaded, value, index, 'm');
        const v = slotOf(this.accumulatedSecondMoment, this.loaded, value, index, 'v');
        const [next, nextM, nextV] =
          fusedStep('RelumineAdam', { value, gradient, m, v }, attrs) ?? compose(value, gradient, m, v, attrs);
        m.assign(nextM!);
        v.assign(nextV!);
        value.assign(next!);
      }),
    );
    this.incrementIterations();
  }

  override async getWeights(): Promise<NamedTensor[]> {
    const slots = [...this.accumulatedFirstMoment, ...this.accumulatedSecondMoment];
    return [await this.saveIterations(), ...saveSlots(slots)];
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const slots = await this.extractIterations(weights);
    const half = slots.length / 2;
    this.beta1Power = powerAfter(this.beta1, this.iterations);
    this.beta2Power = powerAfter(this.beta2, this.iterations);
    this.accumulatedFirstMoment = loadSlots(slots.slice(0, half), this.accumulatedFirstMoment);
    this.accumulatedSecondMoment = loadSlots(slots.slice(half), this.accumulatedSecondMoment);
    this.loaded.clear();
    for (const slot of [...this.accumulatedFirstMoment, ...this.accumulatedSecondMoment]) this.loaded.add(slot);
  }

  override dispose(): void {
    disposeSlots([...this.accumulatedFirstMoment, ...this.accumulatedSecondMoment]);
    this.accumulatedFirstMoment = [];
    this.accumulatedSecondMoment = [];
  }

  override getConfig(): serialization.ConfigDict {
    const { learningRate, beta1, beta2, epsilon } = this;
    return { learningRate, beta1, beta2, epsilon };
  }
}

/** Adam with decoupled weight decay. */
export class AdamWOptimizer extends AdamOptimizer {
  static override readonly className: string = 'RelumineAdamW';

  constructor(options: AdamWOptions = {}) {
    super({ weightDecay: 0.01, ...options }, 'wasm-backend/adamW');
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), weightDecay: this.weightDecay };
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(config);
  }
}

/** The step in stock operations. */
function compose(value: Tensor, gradient: Tensor, m: Tensor, v: Tensor, s: Step): Tensor[] {
  const nextM = add(mul(m, s.beta1), mul(gradient, 1 - s.beta1));
  const nextV = add(mul(v, s.beta2), mul(square(gradient), 1 - s.beta2));
  const scale = add(sqrt(div(nextV, 1 - s.beta2Power)), s.epsilon);
  const step = div(mul(nextM, s.learningRate / (1 - s.beta1Power)), scale);
  const kept = s.weightDecay === 0 ? value : mul(value, 1 - s.learningRate * s.weightDecay);
  return [sub(kept, step), nextM, nextV];
}

/**
 * Adam: m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², w −= learningRate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε). A
 * `tf.Optimizer` that `compile` and `minimize` take, equal to `tf.train.adam` up to rounding, in one fused pass where the
 * native kernels run.
 *
 * @returns an optimiser that the caller disposes
 * @throws RangeError or TypeError for a number out of its range
 * @see https://arxiv.org/abs/1412.6980
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { learningRate, beta1, beta2, epsilon } = options;
  return new AdamOptimizer(defined({ learningRate, beta1, beta2, epsilon }));
}

/**
 * AdamW: Adam's step, and w shrinks by learningRate · weightDecay before it.
 *
 * @returns an optimiser that the caller disposes
 * @throws RangeError or TypeError for a number out of its range
 * @see https://arxiv.org/abs/1711.05101
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  serialization.registerClass(AdamWOptimizer);
  return new AdamWOptimizer(options);
}

/** Without the keys whose value is undefined. */
function defined(options: { [K in keyof AdamOptions]: AdamOptions[K] | undefined }): AdamOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
