import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { activationOfLayer, fusedActivation } from './activationOf';
import { heldChannelsLast, putsChannelsFirst } from './channelsFirst';
import { canCount } from './countedActivation';
import { slopesOf } from './flatSlopes';
import { kernelSource } from './kernelSource';
import { counted, held, type Seen, type Watched } from './seen';

type Layer = layers.Layer;
type Call = (inputs: Tensor | Tensor[], kwargs: { training?: boolean } | undefined) => Tensor | Tensor[];

/** A layer whose activations are looked at. */
export interface TappedLayer extends Watched {
  readonly layer: Layer;
  /** The layer that owns the kernel; the layer itself where none is found. */
  readonly sourceLayer: Layer;
  /** Whether the channels come right behind the batch (tfjs's dataFormat 'channelsFirst'). */
  readonly channelsFirst: boolean;
}

/**
 * Looks at a call's z, which is borrowed. True where nothing else of the call is wanted; or h, where it was made on the way,
 * which `own` allows: the layer's function is one that Relumine's kernels compute bit for bit.
 */
export type Glance = (tapped: TappedLayer, z: Tensor, own: boolean) => Tensor | boolean;

export interface TapOptions {
  /** Whether a call is worth looking at; asked before anything is kept. Every call unless given. */
  wanted?: (training: boolean) => boolean;
  glance?: Glance;
  /** Whether the activation may be applied by the pass that counts, which has no gradient; false unless given. */
  count?: boolean;
}

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
      const channelsFirst = putsChannelsFirst(sourceLayer);
      const of = { activation: activation.activation, found: activation };
      found.push({ name, source, path, ...of, layer, sourceLayer, channelsFirst });
    }
  };
  visit(model, []);
  return found;
}

type See = (seen: Seen<TappedLayer>) => void;

function show({ h, seen }: { h: Tensor; seen: Seen<TappedLayer> }, see: See): Tensor {
  see(seen);
  return h;
}

/** Whether z's last axis is no channel axis: what counts in its own pass can't be asked then. */
const turned = ({ channelsFirst }: TappedLayer, z: Tensor): boolean => channelsFirst && z.rank > 2;

const keepOf = (tapped: TappedLayer, z: Tensor, h: Tensor): Seen<TappedLayer> =>
  (turned(tapped, z) ? heldChannelsLast : held)(tapped, z, h, slopesOf(tapped));

const always = (): boolean => true;
const never = (): boolean => false;

/** Layers that fuse their activation show z only while the activation passes it on. */
function tapFused(tapped: TappedLayer, call: Call, see: See, options: TapOptions): Call {
  const { wanted = always, glance = never, count = false } = options;
  const holder = tapped.layer as unknown as { activation: { apply(z: Tensor, ...rest: unknown[]): Tensor } };
  return (inputs, kwargs) => {
    const { activation } = holder;
    const training = kwargs?.training === true;
    if (!wanted(training)) return call(inputs, kwargs);
    const counts = count && canCount(tapped.found, 'relumine' in activation);
    // A class name of null keeps tfjs from fusing the activation into the kernel, so that z exists.
    holder.activation = Object.assign(Object.create(activation) as typeof activation, {
      getClassName: () => null,
      apply: (z: Tensor, ...rest: unknown[]) => {
        const glanced = !turned(tapped, z) && glance(tapped, z, 'relumine' in activation);
        if (glanced) return glanced === true ? activation.apply(z, ...rest) : glanced;
        const known = counts && !turned(tapped, z) ? counted(tapped, z, slopesOf(tapped)) : undefined;
        if (known) return show(known, see);
        const h = activation.apply(z, ...rest);
        see(keepOf(tapped, z, h));
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

function tapPlain(tapped: TappedLayer, call: Call, see: See, options: TapOptions): Call {
  const { wanted = always, glance = never, count = false } = options;
  return (inputs, kwargs) => {
    const training = kwargs?.training === true;
    if (!wanted(training)) return call(inputs, kwargs);
    const z = [inputs].flat()[0]!;
    const glanced = !turned(tapped, z) && glance(tapped, z, 'relumine' in tapped.layer);
    if (glanced) return glanced === true ? call(inputs, kwargs) : glanced;
    const counts = count && canCount(tapped.found, 'relumine' in tapped.layer);
    const known = counts && !turned(tapped, z) ? counted(tapped, z, slopesOf(tapped)) : undefined;
    if (known) return show(known, see);
    const outputs = call(inputs, kwargs);
    see(keepOf(tapped, z, [outputs].flat()[0]!));
    return outputs;
  };
}

/**
 * Lets `see` look at z and h of every call of the tapped layers, in the forward pass that runs anyway.
 *
 * @returns a function that leaves the layers as they were
 */
export function tap(tappedOnes: readonly TappedLayer[], see: See, options: TapOptions = {}): () => void {
  const restore = tappedOnes.map((tapped) => {
    const target = tapped.layer as unknown as { call: Call };
    const own = Object.hasOwn(target, 'call') ? target.call : undefined;
    const call = target.call.bind(tapped.layer) as Call;
    const plain = activationOfLayer(tapped.layer) !== undefined;
    target.call = plain ? tapPlain(tapped, call, see, options) : tapFused(tapped, call, see, options);
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
