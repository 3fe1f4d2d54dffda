import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type LayerCall, layerCalls } from './calls';
import { type LayerRule, layerRule } from './layerRules';

/** A set of channels that live and go together: made by its producers, carried through activations, pooling and additions. */
export interface ChannelSpace {
  readonly size: number;
  /** Why its channels can't be removed; undefined where they can. */
  locked?: string;
  /** Points to the space that this one was joined with (by an addition). */
  joined?: ChannelSpace;
}

/** How the last axis of a tensor is made up of spaces; after Flatten it repeats for every position. */
export interface ChannelLayout {
  readonly spaces: readonly ChannelSpace[];
  /** 1, or the number of positions that were flattened into the last axis (position-major). */
  readonly positions: number;
}

/** A call with its rule: the unit that removal and revival work on. */
export interface RuledCall extends LayerCall {
  readonly rule: LayerRule;
}

/** The channel structure of a model. */
export interface ChannelStructure {
  readonly calls: readonly RuledCall[];
  layout(tensor: SymbolicTensor): ChannelLayout;
}

/** The space that now stands for `space`, after additions joined some. */
export function representative(space: ChannelSpace): ChannelSpace {
  let one = space;
  while (one.joined) one = one.joined;
  return one;
}

function join(a: ChannelSpace, b: ChannelSpace): void {
  const [x, y] = [representative(a), representative(b)];
  if (x === y) return;
  y.joined = x;
  const reason = x.locked ?? y.locked;
  if (reason) x.locked = reason;
}

const lock = (layout: ChannelLayout, reason: string): void => {
  for (const space of layout.spaces) representative(space).locked ??= reason;
};

const channelsOf = (tensor: SymbolicTensor): number => tensor.shape.at(-1) ?? 0;

/** Works out which channels of a model belong together, and which can't be cut and why. */
export function channelStructure(model: LayersModel): ChannelStructure {
  const layouts = new Map<number, ChannelLayout>();
  const layout = (tensor: SymbolicTensor): ChannelLayout => {
    const found = layouts.get(tensor.id);
    if (!found) throw new Error(`[relumine/revival] No layout for tensor ${tensor.name}.`);
    return found;
  };
  const fresh = (tensor: SymbolicTensor, locked?: string): ChannelLayout => ({
    spaces: [{ size: channelsOf(tensor), ...(locked ? { locked } : {}) }],
    positions: 1,
  });

  const calls = layerCalls(model).map((call): RuledCall => ({ ...call, rule: layerRule(call.layer) }));
  const uses = new Map<string, number>();
  for (const { layer } of calls) uses.set(layer.name, (uses.get(layer.name) ?? 0) + 1);

  for (const { layer, inputs, outputs, rule } of calls) {
    const name = `'${layer.name}' (${layer.getClassName()})`;
    const set = (made: ChannelLayout): void => {
      for (const output of outputs) layouts.set(output.id, made);
    };
    const inputLayouts = inputs.map(layout);
    const first = inputLayouts[0];
    const shared = (uses.get(layer.name) ?? 0) > 1 && layer.weights.length > 0;
    if (shared) for (const one of inputLayouts) lock(one, `${name} is shared`);
    if (rule.kind === 'producer') {
      set(fresh(outputs[0]!, shared ? `${name} is shared` : undefined));
    } else if (rule.kind === 'carrier' && first && (first.positions === 1 || layer.weights.length === 0)) {
      if (shared) lock(first, `${name} is shared`);
      set(first);
    } else if (rule.kind === 'flatten' && first) {
      const size = first.spaces.reduce((sum, space) => sum + space.size, 0) * first.positions;
      set({ spaces: first.spaces, positions: (first.positions * (channelsOf(outputs[0]!) || size)) / size });
    } else if (rule.kind === 'add' && first && inputLayouts.every((one) => one.spaces.length === first.spaces.length)) {
      for (const other of inputLayouts.slice(1))
        for (const [i, space] of other.spaces.entries()) join(first.spaces[i]!, space);
      if (first.spaces.some((space, i) => inputLayouts.some((one) => one.spaces[i]!.size !== space.size)))
        lock(first, `${name} broadcasts`);
      set(first);
    } else if (rule.kind === 'concat' && inputLayouts.every((one) => one.positions === 1)) {
      set({ spaces: inputLayouts.flatMap((one) => one.spaces), positions: 1 });
    } else {
      const reason = inputs.length === 0 ? `${name} is an input` : `${name} can't be cut`;
      for (const one of inputLayouts) lock(one, reason);
      for (const output of outputs) layouts.set(output.id, fresh(output, reason));
    }
  }
  for (const output of model.outputs) lock(layout(output), `'${output.sourceLayer.name}' is an output of the model`);
  return { calls, layout };
}
