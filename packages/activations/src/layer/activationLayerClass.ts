import type { ActivationName } from '@relumine/core';
import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { activation } from '../activation';
import { prelu } from '../functions/prelu';
import { type RreluOptions, rrelu } from '../functions/rrelu';
import type { ActivationParams } from '../shared/definition';

type Layer = layers.Layer;
type Shape = (number | null)[];

/** A layer that applies one activation; `relumine` says which. */
export interface ActivationLayer extends Layer {
  readonly relumine: { readonly name: ActivationName; readonly params: ActivationParams };
}

export interface ActivationLayerConfig extends Record<string, unknown> {
  activation: ActivationName;
  params: Record<string, number | string>;
  shared: boolean;
  initialSlope: number;
}

type LayerClass = new (config: ActivationLayerConfig) => ActivationLayer;

let known: LayerClass | undefined;

/** The class is made at its first use: importing a package has no effect on tfjs's register. */
export function activationLayerClass(): LayerClass {
  known ??= defineClass();
  return known;
}

/** What channels become: CReLU doubles them, GLU halves them. */
function outputShape({ name, params }: ActivationLayer['relumine'], shape: Shape): Shape {
  if (name !== 'crelu' && name !== 'glu') return shape;
  const axis = Number(params.axis ?? -1);
  const at = axis < 0 ? axis + shape.length : axis;
  const factor = name === 'crelu' ? 2 : 0.5;
  return shape.map((size, i) => (i === at && size !== null ? size * factor : size));
}

function defineClass(): LayerClass {
  class ActivationLayerClass extends layers.Layer {
    static className = 'RelumineActivation';
    readonly relumine: ActivationLayer['relumine'];
    private readonly shared: boolean;
    private readonly initialSlope: number;
    private alpha: LayerVariable | undefined;
    /** Training calls so far: each draws new slopes. */
    private draws = 0;

    constructor(config: ActivationLayerConfig) {
      super(config as ConstructorParameters<typeof layers.Layer>[0]);
      this.relumine = { name: config.activation, params: config.params };
      this.shared = config.shared;
      this.initialSlope = config.initialSlope;
      this.supportsMasking = true;
    }

    override build(inputShape: Shape): void {
      if (this.relumine.name === 'prelu') {
        const channels = this.shared ? 1 : inputShape.at(-1)!;
        const shape = [...new Array<number>(inputShape.length - 2).fill(1), channels];
        const start = initializers.constant({ value: this.initialSlope });
        this.alpha = this.addWeight('alpha', shape, 'float32', start, undefined, true);
      }
      this.built = true;
    }

    override call(inputs: Tensor | Tensor[], kwargs?: { training?: boolean }): Tensor {
      const z = Array.isArray(inputs) ? inputs[0]! : inputs;
      if (this.alpha) return prelu(z, this.alpha.read());
      const { name, params } = this.relumine;
      if (name === 'rrelu' && kwargs?.training) {
        const { seed = 0, ...range } = params as RreluOptions;
        return rrelu(z, { ...range, training: true, seed: seed + 0x9e3779b1 * ++this.draws });
      }
      return activation(name, params).apply(z);
    }

    override computeOutputShape(inputShape: Shape): Shape {
      return outputShape(this.relumine, inputShape);
    }

    override getConfig(): serialization.ConfigDict {
      const { name, params } = this.relumine;
      const config = { activation: name, params, shared: this.shared, initialSlope: this.initialSlope };
      return { ...super.getConfig(), ...config } as serialization.ConfigDict;
    }
  }
  serialization.registerClass(ActivationLayerClass as unknown as Parameters<typeof serialization.registerClass>[0]);
  return ActivationLayerClass as unknown as LayerClass;
}
