import type { ActivationName } from '@relumine/core';
import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { activation } from '../activation';
import { activationAliases, activationNames } from '../names';

/** They change the number of channels, which a fused activation may not. */
const joining: readonly ActivationName[] = ['glu', 'crelu'];

interface Registry {
  classNameMap: Record<string, unknown>;
}

/**
 * Registers each activation with tfjs under its name and aliases, so that `tf.layers.dense({ activation: 'silu' })` finds
 * it. Names that tfjs has keep tfjs's function.
 */
export function registerNamedActivations(): void {
  const { classNameMap } = (serialization.SerializationMap as unknown as { getMap(): Registry }).getMap();
  const names = [
    ...activationNames.map((name) => [name, name] as const),
    ...(Object.entries(activationAliases) as [string, ActivationName][]),
  ];
  for (const [className, name] of names) {
    if (className in classNameMap || joining.includes(name)) continue;
    serialization.registerClass(
      classOf(className, name) as unknown as Parameters<typeof serialization.registerClass>[0],
    );
  }
}

function classOf(className: string, name: ActivationName): unknown {
  class NamedActivation extends serialization.Serializable {
    static className = className;
    /** Audits read what it is from here. */
    readonly relumine = { name, params: {} };

    apply(z: Tensor): Tensor {
      return activation(name).apply(z);
    }

    getConfig(): serialization.ConfigDict {
      return {};
    }
  }
  return NamedActivation;
}
