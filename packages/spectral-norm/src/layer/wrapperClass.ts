import { layers } from '@tensorflow/tfjs-layers';

type LayerBase = layers.Layer;

/** tfjs-layers' Wrapper, as far as it is used here: the class itself is not exported. */
export interface WrapperInstance extends LayerBase {
  layer: LayerBase;
}

type WrapperConstructor = new (config: { layer: LayerBase } & Record<string, unknown>) => WrapperInstance;

let known: WrapperConstructor | undefined;

/** The base class of `TimeDistributed` and `Bidirectional`, found through an instance. */
export function wrapperClass(): WrapperConstructor {
  if (!known) {
    const probe = layers.timeDistributed({ layer: layers.activation({ activation: 'linear' }) });
    known = Object.getPrototypeOf(probe.constructor) as WrapperConstructor;
  }
  return known;
}
