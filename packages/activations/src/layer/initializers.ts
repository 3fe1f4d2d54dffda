import { serialization, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import { type AsymmetricOptions, asymmetricValues } from '../initializers/asymmetric';
import { type OrthogonalOptions, orthogonalValues } from '../initializers/orthogonal';
import {
  type KaimingOptions,
  kaimingValues,
  leCunValues,
  type ScaledOptions,
  type XavierOptions,
  xavierValues,
} from '../initializers/scaled';

/** What `kernelInitializer` and `biasInitializer` of tf.layers take. */
export type Initializer = ReturnType<typeof initializers.zeros>;

type Kind = 'kaiming' | 'xavier' | 'leCun' | 'orthogonal' | 'asymmetric' | 'asymmetricBias';

interface Config extends Record<string, unknown> {
  kind: Kind;
  options: Record<string, unknown>;
}

const makers: Partial<Record<Kind, (shape: readonly number[], options: never) => Float32Array>> = {
  kaiming: kaimingValues,
  xavier: xavierValues,
  leCun: leCunValues,
  orthogonal: orthogonalValues,
  asymmetric: (shape, options) => asymmetricValues(shape, options).kernel,
};

type InitializerClass = new (config: Config) => Initializer;
let known: InitializerClass | undefined;

function defineClass(): InitializerClass {
  // tfjs-layers exports no base class, but takes nothing that is not its instance.
  const Base = Object.getPrototypeOf(initializers.zeros().constructor) as new () => Initializer;
  class RelumineInitializer extends Base {
    static className = 'RelumineInitializer';

    private readonly config: Config;

    constructor(config: Config) {
      super();
      this.config = config;
    }

    override apply(shape: number[]): Tensor {
      const { kind, options } = this.config;
      if (kind === 'asymmetricBias') return biasOf(options as unknown as SharedAsymmetric, shape);
      const values = makers[kind]!(shape, options as never);
      if (kind === 'asymmetric') (options as unknown as SharedAsymmetric).kernelShape = shape;
      return tensor(values, shape);
    }

    override getConfig(): serialization.ConfigDict {
      return { ...this.config } as serialization.ConfigDict;
    }
  }
  serialization.registerClass(RelumineInitializer as unknown as Parameters<typeof serialization.registerClass>[0]);
  return RelumineInitializer as unknown as InitializerClass;
}

interface SharedAsymmetric extends AsymmetricOptions {
  /** tf.layers makes the kernel first: its shape is known when the bias comes. */
  kernelShape?: number[];
}

function biasOf(options: SharedAsymmetric, shape: number[]): Tensor {
  const kernelShape = options.kernelShape ?? [1, shape[0]!];
  return tensor(asymmetricValues(kernelShape, options).bias, shape);
}

/** Lets tfjs load models whose layers name these initialisers. Idempotent. */
export function registerInitializers(): void {
  known ??= defineClass();
}

function make(kind: Kind, options: object): Initializer {
  registerInitializers();
  return new known!({ kind, options: options as Record<string, unknown> });
}

/** {@link kaimingValues} for `kernelInitializer`. Give each layer its own seed. */
export const kaiming = (options: KaimingOptions): Initializer => make('kaiming', options);
/** {@link xavierValues} for `kernelInitializer`. Give each layer its own seed. */
export const xavier = (options: XavierOptions): Initializer => make('xavier', options);
/** {@link leCunValues} for `kernelInitializer`. Give each layer its own seed. */
export const leCun = (options: ScaledOptions): Initializer => make('leCun', options);
/** {@link orthogonalValues} for `kernelInitializer`. Give each layer its own seed. */
export const orthogonal = (options: OrthogonalOptions): Initializer => make('orthogonal', options);

/**
 * {@link asymmetricValues} for one layer: `tf.layers.dense({ units, ...asymmetric({ seed }) })`. The kernel and the bias
 * belong together, so each layer needs its own pair.
 */
export function asymmetric({ seed }: AsymmetricOptions): {
  kernelInitializer: Initializer;
  biasInitializer: Initializer;
} {
  const shared: SharedAsymmetric = { seed };
  return { kernelInitializer: make('asymmetric', shared), biasInitializer: make('asymmetricBias', shared) };
}
