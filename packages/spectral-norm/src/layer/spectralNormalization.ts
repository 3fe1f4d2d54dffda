import { createRandom } from '@relumine/core';
import {
  randomNormal,
  serialization,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, type layers } from '@tensorflow/tfjs-layers';
import { createSpectralState } from '../createSpectralState';
import { requireFiniteKernel, requireFiniteValues, valuesAreAtHand } from '../finiteKernel';
import { type Steps, spectralStep, spectralVectors, withGradient } from '../spectralStep';
import { type ConvolutionMap, convolutionMap, divideByNorm, iterate } from './convolutionNorm';
import { canCallDense, denseCall } from './denseCall';
import { kernelsOf, type LayerKernel, variableOf, withKernel } from './kernels';
import { type KnownOptions, requireOptions, type SpectralNormalizationOptions } from './options';
import { type WrapperInstance, wrapperClass } from './wrapperClass';

type Layer = layers.Layer;

/** u and v of one kernel as weights of the wrapper: saved and loaded with the model, never trained. */
interface StateVariables {
  readonly kernel: LayerKernel;
  readonly u: LayerVariable;
  readonly v: LayerVariable;
}

/** The layer that `spectralNormalization` gives: a wrapper with the state of its power iteration. */
export interface SpectralNormalizationLayer extends WrapperInstance {
  readonly normalized: true;
}

const where = 'spectral-norm/spectralNormalization';
const className = 'RelumineSpectralNormalization';

/** As PyTorch has it: training iterates, inference keeps u and v. */
const stepsOf = (iterations: number, training: boolean): Steps => ({
  iterations: training ? iterations : 0,
  epsilon: 1e-12,
  first: 'u',
});

let known:
  | (new (
      options: SpectralNormalizationOptions & Record<string, unknown>,
    ) => SpectralNormalizationLayer)
  | undefined;

function defineClass(): NonNullable<typeof known> {
  class SpectralNormalization extends wrapperClass() {
    static className = className;
    readonly normalized = true as const;
    private readonly options: KnownOptions;
    private states: StateVariables[] = [];
    /** The layer as a map, where its true norm is wanted. */
    private map: ConvolutionMap | undefined;

    constructor(config: SpectralNormalizationOptions & Record<string, unknown>) {
      super(config as { layer: Layer } & Record<string, unknown>);
      this.options = requireOptions(config);
      this.supportsMasking = true;
    }

    override build(inputShape: (number | null)[]): void {
      if (!this.layer.built) {
        this.layer.build(inputShape);
        this.layer.built = true;
      }
      const random = createRandom(this.options.seed);
      const { norm } = this.options;
      if (norm !== 'reshaped') this.map = convolutionMap(this.layer, inputShape, norm);
      this.states = kernelsOf(this.layer).map((kernel): StateVariables => {
        const value = variableOf(this.layer, kernel).read();
        const seed = random.fork(kernel.field).integer(2 ** 31);
        // Keras starts from a random vector, PyTorch after 15 steps.
        const warmUp = this.options.mode === 'assign' ? 0 : 15;
        const start = tidy(() => this.startOf(value, seed, kernel, warmUp) as never) as { u: Tensor; v: Tensor };
        const weight = (name: string, values: Tensor): LayerVariable => {
          const added = this.addWeight(
            `${kernel.field}_${name}`,
            values.shape,
            'float32',
            initializers.zeros(),
            undefined,
            false,
          );
          added.write(values);
          values.dispose();
          return added;
        };
        return { kernel, u: weight('u', start.u), v: weight('v', start.v) };
      });
      this.built = true;
    }

    private startOf(value: Tensor, seed: number, { axis }: LayerKernel, warmUp: number): { u: Tensor; v: Tensor } {
      if (!this.map) return createSpectralState(value, { seed, axis, warmUp });
      const v = randomNormal(this.map.inputShape, 0, 1, 'float32', seed + 1) as Tensor4D;
      return iterate(this.map, value as Tensor4D, { u: this.map.forward(v, value as Tensor4D), v }, warmUp);
    }

    /** The kernel as the layer computes with it, and the state after it. */
    private normalize({ kernel, u, v }: StateVariables, training: boolean): { kernel: Tensor; u: Tensor; v: Tensor } {
      const value = variableOf(this.layer, kernel).read();
      const { powerIterations, target, onlyIfLarger } = this.options;
      if (this.map) {
        const start = { u: u.read() as Tensor4D, v: v.read() as Tensor4D };
        // Before anything is on tfjs's tape, which loses what it has saved where a step throws.
        if (training) this.requireFinite(value);
        const state = training ? iterate(this.map, value as Tensor4D, start, powerIterations) : start;
        return { kernel: divideByNorm(this.map, value as Tensor4D, state, { target, onlyIfLarger }), ...state };
      }
      const state = { u: u.read() as Tensor1D, v: v.read() as Tensor1D };
      const division = { target, onlyIfLarger };
      const run = spectralStep(value, state, kernel.axis, stepsOf(powerIterations, training), division);
      if (training) this.requireFinite(value, run.sigma);
      return { kernel: withGradient(value, run, kernel.axis, division), u: run.u, v: run.v };
    }

    /** A step that would train on NaN is refused where looking is cheap; inference passes it on, for audits to see. */
    private requireFinite(value: Tensor, sigma?: Tensor): void {
      const argument = `kernel of '${this.layer.name}'`;
      if (!valuesAreAtHand()) return;
      if (sigma) requireFiniteKernel(where, value, sigma, argument);
      else requireFiniteValues(where, value, argument);
    }

    override get nonTrainableWeights(): LayerVariable[] {
      const own = this.states.flatMap(({ u, v }) => [u, v]);
      return [...this.layer.nonTrainableWeights, ...own];
    }

    override set nonTrainableWeights(_: LayerVariable[]) {
      // The base class's constructor sets its own list; this one is made of the layer's and the state.
    }

    override getWeights(): Tensor[] {
      return this.weights.map((weight) => weight.read());
    }

    override setWeights(values: Tensor[]): void {
      this.weights.forEach((weight, i) => {
        weight.write(values[i]!);
      });
    }

    override computeOutputShape(inputShape: never): never {
      return this.layer.computeOutputShape(inputShape) as never;
    }

    override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor | Tensor[] {
      const training = kwargs?.training === true;
      return tidy(() => {
        if (this.isPlain && canCallDense(this, this.layer, inputs)) return this.callDense(inputs, training);
        return this.apply1(0, training, () => this.layer.call(inputs, kwargs) as Tensor);
      });
    }

    /** Whether the kernel is divided as a matrix, with gradient: what {@link denseCall} can do. */
    private get isPlain(): boolean {
      return this.options.mode === 'reparametrize' && this.options.norm === 'reshaped';
    }

    private callDense(inputs: Tensor2D | [Tensor2D], training: boolean): Tensor {
      const { kernel, u, v } = this.states[0]!;
      const { powerIterations: iterations, target, onlyIfLarger } = this.options;
      const state = { u: u.read() as Tensor1D, v: v.read() as Tensor1D };
      const value = variableOf(this.layer, kernel).read();
      const found = spectralVectors(value, state, kernel.axis, stepsOf(iterations, training));
      if (training) {
        this.requireFinite(value, found.sigma);
        u.write(found.u);
        v.write(found.v);
      }
      return denseCall(this.layer, inputs, found, { target, onlyIfLarger });
    }

    /** Normalises kernel `i` and those after it around `action`. */
    private apply1<T>(i: number, training: boolean, action: () => T): T {
      const state = this.states[i];
      if (!state) return action();
      const next = (): T => this.apply1(i + 1, training, action);
      if (this.options.mode === 'assign') {
        if (training) this.assign(state);
        return next();
      }
      const run = this.normalize(state, training);
      if (training) {
        state.u.write(run.u);
        state.v.write(run.v);
      }
      return withKernel(this.layer, state.kernel, run.kernel, next);
    }

    /** One training step's update as Keras 3 does it: v first, then u, then kernel ← target · kernel / sigma. */
    private assign({ kernel, u, v }: StateVariables): void {
      const variable = variableOf(this.layer, kernel);
      const state = { u: u.read() as Tensor1D, v: v.read() as Tensor1D };
      const { powerIterations: iterations, target } = this.options;
      const steps = { iterations, epsilon: 1e-12, first: 'v' as const };
      const next = spectralStep(variable.read(), state, kernel.axis, steps, { target, onlyIfLarger: false });
      this.requireFinite(variable.read(), next.sigma);
      u.write(next.u);
      v.write(next.v);
      variable.write(next.value);
    }

    /** The kernels as inference uses them; the caller's. */
    normalizedKernels(): Map<string, Tensor> {
      const kernels = this.states.map((state): [string, Tensor] => {
        const { kernel } = state;
        if (this.options.mode === 'assign') return [kernel.field, variableOf(this.layer, kernel).read().clone()];
        return [kernel.field, tidy(() => this.normalize(state, false).kernel)];
      });
      return new Map(kernels);
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), ...this.options };
    }
  }
  serialization.registerClass(SpectralNormalization as unknown as Parameters<typeof serialization.registerClass>[0]);
  return SpectralNormalization as unknown as NonNullable<typeof known>;
}

/** Lets tfjs load models that contain the layer; `spectralNormalization` does it too. Idempotent. */
export function registerSpectralNormalization(): void {
  known ??= defineClass();
}

/**
 * Wraps a layer so that it computes with its kernel divided by the kernel's spectral norm: of the matrix [outputs, rest], or of the
 * convolution itself.
 * It trains inside `fit`, and is saved and loaded with its state.
 *
 * A training step with a kernel that has NaN or infinity throws a RangeError (but on WebGL and WebGPU); inference passes them on.
 *
 * @throws TypeError for a layer without a kernel, RangeError for wrong options
 * @see Miyato et al. 2018, Spectral Normalization for GANs
 */
export function spectralNormalization(options: SpectralNormalizationOptions): SpectralNormalizationLayer {
  registerSpectralNormalization();
  return new known!({ ...options });
}
