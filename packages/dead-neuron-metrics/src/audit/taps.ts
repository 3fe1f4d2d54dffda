import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { LayerIdentity } from '../statistics/layerReport';
import { activationOfLayer, type FoundActivation, fusedActivation } from './activationOf';
import { type CountedRows, canCount, countedActivation } from './countedActivation';
import { slopesOf } from './flatSlopes';
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

/** One call of a layer: z and h, kept tensors that are the receiver's, or what the activation's own pass counted. */
export interface Seen {
  readonly tapped: TappedLayer;
  readonly samples: number;
  /** Positions by axis, then channels. */
  readonly shape: readonly number[];
  readonly z?: Tensor;
  readonly h?: Tensor;
  /** A PReLU's slopes at that call: the step that it belongs to will change them. */
  readonly slopes?: Tensor;
  readonly rows?: CountedRows;
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
      found.push({ name, source, path, activation: activation.activation, found: activation, layer, sourceLayer });
    }
  };
  visit(model, []);
  return found;
}

const always = (): boolean => true;
const never = (): boolean => false;

/** Clones, because the model's own tensors are disposed with its scope. */
const hold = (tensor: Tensor): Tensor => keep(tensor.clone());

/** What is kept of a call where its values are to be read. */
const held = (tapped: TappedLayer, z: Tensor, h: Tensor): Seen => ({
  tapped,
  samples: h.shape[0]!,
  shape: h.shape.slice(1),
  z: hold(z),
  h: hold(h),
  ...heldSlopes(tapped),
});

function heldSlopes(tapped: TappedLayer): { slopes?: Tensor } {
  const slopes = slopesOf(tapped);
  return slopes ? { slopes: hold(slopes) } : {};
}

/**
 * Applies the activation in the pass that counts; z and h are kept only where its counts don't do. Undefined where there is no
 * such pass.
 */
function counted(tapped: TappedLayer, z: Tensor, see: (seen: Seen) => void): Tensor | undefined {
  const made = z.rank >= 2 ? countedActivation(z, tapped.found, slopesOf(tapped)) : undefined;
  if (!made) return undefined;
  const { h, rows } = made;
  see(rows ? { tapped, samples: z.shape[0]!, shape: z.shape.slice(1), rows } : held(tapped, z, h));
  return h;
}

/** Layers that fuse their activation show z only while the activation passes it on. */
function tapFused(tapped: TappedLayer, call: Call, see: (seen: Seen) => void, options: TapOptions): Call {
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
        const glanced = glance(tapped, z, 'relumine' in activation);
        if (glanced) return glanced === true ? activation.apply(z, ...rest) : glanced;
        const known = counts && counted(tapped, z, see);
        if (known) return known;
        const h = activation.apply(z, ...rest);
        see(held(tapped, z, h));
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

function tapPlain(tapped: TappedLayer, call: Call, see: (seen: Seen) => void, options: TapOptions): Call {
  const { wanted = always, glance = never, count = false } = options;
  return (inputs, kwargs) => {
    const training = kwargs?.training === true;
    if (!wanted(training)) return call(inputs, kwargs);
    const z = [inputs].flat()[0]!;
    const glanced = glance(tapped, z, 'relumine' in tapped.layer);
    if (glanced) return glanced === true ? call(inputs, kwargs) : glanced;
    const known = count && canCount(tapped.found, 'relumine' in tapped.layer) && counted(tapped, z, see);
    if (known) return known;
    const outputs = call(inputs, kwargs);
    see(held(tapped, z, [outputs].flat()[0]!));
    return outputs;
  };
}

/** Frees what a tap has kept. */
export function release({ z, h, slopes, rows }: Seen): void {
  for (const kept of [z, h, slopes, rows?.unitFired]) if (kept) dispose(kept);
}

/**
 * Lets `see` look at z and h of every call of the tapped layers, in the forward pass that runs anyway.
 *
 * @returns a function that leaves the layers as they were
 */
export function tap(
  tappedOnes: readonly TappedLayer[],
  see: (seen: Seen) => void,
  options: TapOptions = {},
): () => void {
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
