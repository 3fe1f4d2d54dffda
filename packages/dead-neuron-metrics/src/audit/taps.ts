import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { LayerIdentity } from '../statistics/layerReport';
import { activationOfLayer, type FoundActivation, fusedActivation } from './activationOf';
import { type Counted, canCount, countedActivation } from './countedActivation';
import { kernelSource } from './kernelSource';

type Layer = layers.Layer;
type Call = (inputs: Tensor | Tensor[], kwargs: { training?: boolean } | undefined) => Tensor | Tensor[];

/** A layer whose activations are looked at. */
export interface TappedLayer extends LayerIdentity {
  readonly found: FoundActivation;
  readonly layer: Layer;
  /** The layer that owns the kernel; the layer itself where none is found. */
  readonly sourceLayer: Layer;
}

/** z and h of one call; kept tensors, the receiver's. */
export interface Seen {
  readonly tapped: TappedLayer;
  readonly z: Tensor;
  readonly h: Tensor;
  /** What the activation's own pass counted, where the backend can; kept tensors too. */
  readonly counted?: Counted;
}

/** Looks at a call's z, which is borrowed; true where nothing else of the call is wanted. */
export type Glance = (tapped: TappedLayer, z: Tensor) => boolean;

/** Whether a call is worth looking at; asked before anything is kept. */
export type Wanted = (training: boolean) => boolean;

/** Every layer of a model that applies an activation, nested models and wrappers included, in the order of `layers`. */
export function tappedLayers(model: LayersModel): TappedLayer[] {
  const found: TappedLayer[] = [];
  const seen = new Set<Layer>();
  const visit = (container: { layers: Layer[] }, path: string[]): void => {
    for (const layer of container.layers) {
      if (seen.has(layer)) continue;
      seen.add(layer);
      const nested = layer as unknown as { layers?: Layer[]; layer?: Layer };
      if (nested.layers) {
        visit({ layers: nested.layers }, [...path, layer.name]);
        continue;
      }
      if (nested.layer) visit({ layers: [nested.layer] }, [...path, layer.name]);
      const own = activationOfLayer(layer);
      const activation = own ?? (layer.getClassName() === 'Activation' ? undefined : fusedActivation(layer));
      if (!activation) continue;
      const sourceLayer = (own && kernelSource(layer)) || layer;
      const [name, source] = [layer.name, sourceLayer.name];
      found.push({ name, source, path, activation: activation.activation, found: activation, layer, sourceLayer });
    }
  };
  visit(model, []);
  return found;
}

/** Clones, because the model's own tensors are disposed with its scope. */
const hold = (tensor: Tensor): Tensor => keep(tensor.clone());

/** Layers that fuse their activation show z only while the activation passes it on. */
function tapFused(tapped: TappedLayer, call: Call, see: (seen: Seen) => void, wanted: Wanted, glance: Glance): Call {
  const holder = tapped.layer as unknown as { activation: { apply(z: Tensor, ...rest: unknown[]): Tensor } };
  return (inputs, kwargs) => {
    const { activation } = holder;
    const training = kwargs?.training === true;
    if (!wanted(training)) return call(inputs, kwargs);
    const counts = canCount(tapped.found, 'relumine' in activation);
    // A class name of null keeps tfjs from fusing the activation into the kernel, so that z exists.
    holder.activation = Object.assign(Object.create(activation) as typeof activation, {
      getClassName: () => null,
      apply: (z: Tensor, ...rest: unknown[]) => {
        if (glance(tapped, z)) return activation.apply(z, ...rest);
        if (counts && z.rank >= 2) {
          const { h, counted } = countedActivation(z, tapped.found);
          see({ tapped, z: hold(z), h: hold(h), counted });
          return h;
        }
        const h = activation.apply(z, ...rest);
        see({ tapped, z: hold(z), h: hold(h) });
        return h;
      },
    });
    try {
      return call(inputs, kwargs);
    } finally {
      holder.activation = activation;
    }
  };
}

function tapPlain(tapped: TappedLayer, call: Call, see: (seen: Seen) => void, wanted: Wanted, glance: Glance): Call {
  return (inputs, kwargs) => {
    const training = kwargs?.training === true;
    if (!wanted(training)) return call(inputs, kwargs);
    const z = [inputs].flat()[0]!;
    if (glance(tapped, z)) return call(inputs, kwargs);
    if (z.rank >= 2 && canCount(tapped.found, 'relumine' in tapped.layer)) {
      const { h, counted } = countedActivation(z, tapped.found);
      see({ tapped, z: hold(z), h: hold(h), counted });
      return h;
    }
    const outputs = call(inputs, kwargs);
    see({ tapped, z: hold(z), h: hold([outputs].flat()[0]!) });
    return outputs;
  };
}

/** Frees what a tap has kept. */
export function release({ z, h, counted }: Seen): void {
  dispose([z, h]);
  if (counted) dispose([counted.counts, counted.units, counted.values]);
}

/**
 * Lets `see` look at z and h of every call of the tapped layers, in the forward pass that runs anyway.
 *
 * @returns a function that leaves the layers as they were
 */
export function tap(
  tappedOnes: readonly TappedLayer[],
  see: (seen: Seen) => void,
  wanted: Wanted = () => true,
  glance: Glance = () => false,
): () => void {
  const restore = tappedOnes.map((tapped) => {
    const target = tapped.layer as unknown as { call: Call };
    const own = Object.hasOwn(target, 'call') ? target.call : undefined;
    const call = target.call.bind(tapped.layer) as Call;
    const plain = activationOfLayer(tapped.layer) !== undefined;
    target.call = plain ? tapPlain(tapped, call, see, wanted, glance) : tapFused(tapped, call, see, wanted, glance);
    return () => {
      if (own) target.call = own;
      else delete (target as { call?: Call }).call;
    };
  });
  return () => {
    // Last tapped, first restored.
    for (const undo of restore.reverse()) undo();
  };
}
