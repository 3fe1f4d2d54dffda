import {
  type ActivationName,
  createRandom,
  describe,
  invalidArgument,
  type Random,
  requireFinite,
  requireOneOf,
  requirePositiveInteger,
} from '@relumine/core';
import { spectralNormalization } from '@relumine/spectral-norm/layers';
import { initializers, input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ModelOptions, Normalization } from '../options';
import { activationStep } from './activationStep';
import { activationsOf } from './activations';
import { type FollowedBy, type InitializerName, kernelInitializer, requireInitializer } from './initializer';

type Layer = layers.Layer;

/** What a model says of itself before it is built. */
export interface Plan {
  /** The function's name, for messages and the model's own. */
  name: string;
  /** How many activations it has. */
  activations: number;
  /** The activation that it has unless another is asked for. */
  activation?: ActivationName;
  inputShape?: readonly number[];
  /** Axes of an input. */
  rank?: number;
  /** Least height and width. */
  smallest?: number;
}

interface ConvolutionOptions {
  name: string;
  filters: number;
  kernelSize: number | [number, number];
  strides?: number;
  padding?: 'same' | 'valid';
}

const linear: FollowedBy = { name: 'linear', params: {} };
const normalizations = ['none', 'batch', 'spectral'] as const;

/**
 * Puts models together from kernels with what follows them: kernel, normalisation, activation, in this order, so that no
 * activation ever reads another's output. Names tell what belongs together: `conv1`, `conv1_norm`, `conv1_activation`.
 */
export class Builder {
  readonly input: SymbolicTensor;
  readonly where: string;
  private readonly name: string;
  private readonly random: Random;
  private readonly normalization: Normalization;
  private readonly initializer: InitializerName;
  private readonly bias: number | false;
  private readonly classes: number;
  private readonly waiting: FollowedBy[];

  constructor(plan: Plan, options: ModelOptions) {
    const { normalization = 'none', initializer = 'heNormal', bias = 0, seed = 1, classes = 10 } = options;
    this.name = plan.name;
    this.where = `models/${plan.name}`;
    requireOneOf(this.where, 'options.normalization', normalization, normalizations);
    requireInitializer(this.where, initializer);
    if (bias !== false) requireFinite(this.where, 'options.bias', bias);
    requirePositiveInteger(this.where, 'options.classes', classes, 2);
    this.normalization = normalization;
    this.initializer = initializer;
    this.bias = bias;
    this.classes = classes;
    this.random = createRandom(seed);
    this.waiting = activationsOf(this.where, options.activation, plan.activations, plan.activation);
    const shape = options.inputShape ?? plan.inputShape ?? [28, 28, 1];
    requireShape(this.where, shape, plan.rank ?? 3, plan.smallest ?? 1);
    this.input = input({ shape: [...shape], name: `${plan.name}_input` });
  }

  /** A seed for what the builder does not initialise itself. */
  seedOf(name: string): number {
    return 1 + this.random.fork(name).integer(0x7fff_fffe);
  }

  requireWidth(width: unknown): void {
    requirePositiveInteger(this.where, 'options.width', width);
  }

  /** A convolution with normalisation and activation. */
  convolution(x: SymbolicTensor, options: ConvolutionOptions): SymbolicTensor {
    return this.activate(this.convolve(x, options), options.name);
  }

  /** A convolution with normalisation, without activation. */
  convolve(x: SymbolicTensor, { padding = 'same', strides = 1, ...rest }: ConvolutionOptions): SymbolicTensor {
    const make = (shared: Shared): Layer => layers.conv2d({ ...rest, ...shared, strides, padding });
    return this.normalized(x, rest.name, make);
  }

  convolution1d(x: SymbolicTensor, options: { name: string; filters: number; kernelSize: number }): SymbolicTensor {
    const make = (shared: Shared): Layer => layers.conv1d({ ...options, ...shared, padding: 'same' });
    return this.activate(this.normalized(x, options.name, make), options.name);
  }

  /** A convolution of each channel by itself, with normalisation and activation. */
  depthwise(x: SymbolicTensor, { name, strides = 1 }: { name: string; strides?: number }): SymbolicTensor {
    const make = ({ kernelInitializer: depthwiseInitializer, ...shared }: Shared): Layer =>
      layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', depthwiseInitializer, ...shared });
    return this.activate(this.normalized(x, name, make, x.shape.at(-1)!), name);
  }

  dense(x: SymbolicTensor, { name, units }: { name: string; units: number }): SymbolicTensor {
    const make = (shared: Shared): Layer => layers.dense({ units, ...shared });
    return this.activate(this.normalized(x, name, make), name);
  }

  /** The next activation, in the order of `options.activation`. */
  activate(x: SymbolicTensor, name: string): SymbolicTensor {
    const next = this.waiting.shift();
    if (!next) throw new Error(`[relumine/${this.where}] has more activations than it said.`);
    return apply(activationStep(next, `${name}_activation`), x);
  }

  /** The output layer, and the model. */
  finish(x: SymbolicTensor): LayersModel {
    if (this.waiting.length > 0) throw new Error(`[relumine/${this.where}] has fewer activations than it said.`);
    const output = layers.dense({
      name: 'output',
      units: this.classes,
      activation: 'softmax',
      kernelInitializer: kernelInitializer('glorotUniform', this.random.fork('output'), { followedBy: linear }),
    });
    return model({ inputs: this.input, outputs: apply(output, x), name: this.name });
  }

  private normalized(
    x: SymbolicTensor,
    name: string,
    make: (shared: Shared) => Layer,
    depthwise?: number,
  ): SymbolicTensor {
    const use = { followedBy: this.waiting[0] ?? linear, depthwise };
    const initializer = kernelInitializer(this.initializer, this.random.fork(name), use);
    const spectral = this.normalization === 'spectral';
    const layer = make({
      // The wrapper takes the layer's name, so that reports name the same layers under every normalisation.
      name: spectral ? `${name}_kernel` : name,
      kernelInitializer: initializer,
      useBias: this.normalization !== 'batch' && this.bias !== false,
      ...(this.bias ? { biasInitializer: initializers.constant({ value: this.bias }) } : {}),
    });
    if (spectral)
      return apply(spectralNormalization({ layer, name, seed: this.random.fork(name).integer(2 ** 31) }), x);
    const z = apply(layer, x);
    if (this.normalization !== 'batch') return z;
    const shift = this.bias ? { betaInitializer: initializers.constant({ value: this.bias }) } : {};
    return apply(layers.batchNormalization({ name: `${name}_norm`, center: this.bias !== false, ...shift }), z);
  }
}

interface Shared {
  name: string;
  kernelInitializer: ReturnType<typeof kernelInitializer>;
  useBias: boolean;
  biasInitializer?: ReturnType<typeof initializers.constant>;
}

/** A layer on one tensor; tfjs's type allows several. */
export function apply(layer: Layer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}

function requireShape(where: string, shape: readonly number[], rank: number, smallest: number): void {
  const fits =
    Array.isArray(shape) &&
    shape.length === rank &&
    shape.every((n, axis) => Number.isSafeInteger(n) && n >= (axis < 2 ? smallest : 1));
  if (fits) return;
  const axes = rank === 3 ? '[height, width, channels]' : rank === 1 ? '[length]' : `${rank} axes`;
  throw invalidArgument({
    where,
    argument: 'options.inputShape',
    rule: `must be ${axes}, positive integers${smallest > 1 ? `, height and width of at least ${smallest}` : ''}`,
    received: describe(shape),
  });
}
