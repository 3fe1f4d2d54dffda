import { type ActivationName, describe, invalidArgument, requireFinite, requireOneOf } from '@relumine/core';
import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { activation, activationNames } from './activation';
import { prelu } from './prelu';

type Layer = layers.Layer;

const where = 'activations/activationLayer';

/** An activation with its parameters, as a layer: `{ name: 'elu', alpha: 0.5 }`. */
export interface ActivationLayerOptions {
  name: ActivationName;
  /** PReLU: one slope for all channels instead of one for each. */
  shared?: boolean;
  /** PReLU: the slope that training starts from; 0.25 unless given. */
  initialSlope?: number;
  /** The layer's own name in the model. */
  layerName?: string;
  inputShape?: (number | null)[];
  [parameter: string]: unknown;
}

/** A layer that applies one activation; `relumine` says which. */
export interface ActivationLayer extends Layer {
  readonly relumine: { readonly name: ActivationName; readonly params: Readonly<Record<string, number | string>> };
}

const className = 'RelumineActivation';
const own = new Set(['name', 'shared', 'initialSlope', 'layerName', 'inputShape']);

interface Config extends Record<string, unknown> {
  activation: ActivationName;
  params: Record<string, number | string>;
  shared: boolean;
  initialSlope: number;
}

let known: (new (config: Config) => ActivationLayer) | undefined;

function defineClass(): NonNullable<typeof known> {
  class ActivationLayerClass extends layers.Layer {
    static className = className;
    readonly relumine: ActivationLayer['relumine'];
    private readonly shared: boolean;
    private readonly initialSlope: number;
    private alpha: LayerVariable | undefined;

    constructor(config: Config) {
      super(config as ConstructorParameters<typeof layers.Layer>[0]);
      this.relumine = { name: config.activation, params: config.params };
      this.shared = config.shared;
      this.initialSlope = config.initialSlope;
      this.supportsMasking = true;
    }

    override build(inputShape: (number | null)[]): void {
      if (this.relumine.name === 'prelu') {
        const channels = this.shared ? 1 : inputShape.at(-1)!;
        const shape = [...new Array<number>(inputShape.length - 2).fill(1), channels];
        const start = initializers.constant({ value: this.initialSlope });
        this.alpha = this.addWeight('alpha', shape, 'float32', start, undefined, true);
      }
      this.built = true;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const z = Array.isArray(inputs) ? inputs[0]! : inputs;
      if (this.alpha) return prelu(z, this.alpha.read());
      return activation(this.relumine.name, this.relumine.params).apply(z);
    }

    override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
      return inputShape;
    }

    override getConfig(): serialization.ConfigDict {
      const { name, params } = this.relumine;
      const config = { activation: name, params, shared: this.shared, initialSlope: this.initialSlope };
      return { ...super.getConfig(), ...config } as serialization.ConfigDict;
    }
  }
  serialization.registerClass(ActivationLayerClass as unknown as Parameters<typeof serialization.registerClass>[0]);
  return ActivationLayerClass as unknown as NonNullable<typeof known>;
}

/** Lets tfjs load models that contain activation layers; `activationLayer` does it too. Idempotent. */
export function registerActivationLayers(): void {
  known ??= defineClass();
}

/**
 * A tf.layers layer that applies an activation, with its parameters saved and loaded. PReLU's slope is a trainable weight.
 *
 * @example
 * model.add(activationLayer({ name: 'leakyRelu', negativeSlope: 0.2 }));
 * @throws RangeError for an unknown name or a parameter that is not finite
 */
export function activationLayer(options: ActivationLayerOptions): ActivationLayer {
  const { name, shared = false, initialSlope = 0.25, layerName, inputShape } = options;
  requireOneOf(where, 'name', name, activationNames);
  requireFinite(where, 'initialSlope', initialSlope);
  const params: Record<string, number | string> = {};
  for (const [key, value] of Object.entries(options)) {
    if (own.has(key) || value === undefined) continue;
    if (typeof value !== 'string') requireParameter(key, value);
    params[key] = value as number | string;
  }
  activation(name, params);
  registerActivationLayers();
  const rest = { ...(layerName ? { name: layerName } : {}), ...(inputShape ? { inputShape } : {}) };
  return new known!({ activation: name, params, shared, initialSlope, ...rest });
}

function requireParameter(key: string, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) return;
  throw invalidArgument({ where, argument: key, rule: 'must be a finite number', received: describe(value) });
}
