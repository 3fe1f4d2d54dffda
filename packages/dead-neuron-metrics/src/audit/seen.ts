import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { LayerIdentity } from '../statistics/layerReport';
import type { FoundActivation } from './activationOf';
import { type CountedRows, countedActivation } from './countedActivation';

/** An activation of a model that is looked at: a layer's, or a graph's node. */
export interface Watched extends LayerIdentity {
  readonly found: FoundActivation;
}

/** One call of an activation: z and h, kept tensors that are the receiver's, or what the activation's own pass counted. */
export interface Seen<W extends Watched = Watched> {
  readonly watched: W;
  readonly samples: number;
  /** Positions by axis, then channels. */
  readonly shape: readonly number[];
  readonly z?: Tensor;
  readonly h?: Tensor;
  /** A PReLU's slopes at that call: the step that it belongs to will change them. */
  readonly slopes?: Tensor;
  readonly rows?: CountedRows;
}

/** Clones, because the model's own tensors are disposed with its scope. */
const hold = (tensor: Tensor): Tensor => keep(tensor.clone());

/** What is kept of a call where its values are to be read. */
export const held = <W extends Watched>(watched: W, z: Tensor, h: Tensor, slopes?: Tensor): Seen<W> => ({
  watched,
  samples: h.shape[0]!,
  shape: h.shape.slice(1),
  z: hold(z),
  h: hold(h),
  ...(slopes ? { slopes: hold(slopes) } : {}),
});

/**
 * Applies the activation in the pass that counts; z and h are kept only where its counts don't do.
 *
 * @returns h, and what was seen; undefined where there is no such pass
 */
export function counted<W extends Watched>(
  watched: W,
  z: Tensor,
  slopes?: Tensor,
): { h: Tensor; seen: Seen<W> } | undefined {
  const made = z.rank >= 2 ? countedActivation(z, watched.found, slopes) : undefined;
  if (!made) return undefined;
  const { h, rows } = made;
  if (!rows) return { h, seen: held(watched, z, h, slopes) };
  return { h, seen: { watched, samples: z.shape[0]!, shape: z.shape.slice(1), rows } };
}

/** Frees what is kept of a call. */
export function release({ z, h, slopes, rows }: Seen): void {
  for (const kept of [z, h, slopes, rows?.unitFired]) if (kept) dispose(kept);
}
