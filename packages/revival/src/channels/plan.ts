import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Constants } from './constants';
import { type ChannelSpace, type ChannelStructure, type RuledCall, representative } from './spaces';

/** What a consumer of a removed channel must add to its bias to make up for it. */
export interface Fold {
  readonly call: RuledCall;
  /** Index of the channel in the consumer's input (before flattening). */
  readonly inputChannel: number;
  readonly value: number;
}

/** A channel that can go without changing an output, or the reason why it can't. */
export type ChannelVerdict =
  | { readonly removable: true; readonly folds: readonly Fold[] }
  | { readonly removable: false; readonly reason: string };

export interface Reader {
  readonly call: RuledCall;
  readonly input: SymbolicTensor;
  /** Where the space begins among the input's channels. */
  readonly offset: number;
}

/** The producers that read a space, with the place of the space in what they read. */
export function readers(structure: ChannelStructure, space: ChannelSpace): Reader[] {
  return structure.calls.flatMap((call) => {
    if (call.rule.kind !== 'producer') return [];
    return call.inputs.flatMap((input) => {
      let offset = 0;
      return structure.layout(input).spaces.flatMap((one) => {
        const at = offset;
        offset += one.size;
        return representative(one) === space ? [{ call, input, offset: at }] : [];
      });
    });
  });
}

/** Whether a kernel sees the same number of inputs at every output position, so that a constant adds a constant. */
export function seesNoBorder({ layer, inputs }: RuledCall): boolean {
  const { padding, kernelSize } = layer as unknown as { padding?: string; kernelSize?: number[] };
  if (layer.getClassName() === 'Dense') return true;
  if (layer.getClassName() === 'Conv2DTranspose' || layer.getClassName() === 'SeparableConv2D') return false;
  return inputs.length === 1 && (padding === 'valid' || (kernelSize ?? []).every((size) => size === 1));
}

/** Decides for one channel of a space whether every layer that reads it sees a constant that can be folded exactly. */
export function channelVerdict(
  structure: ChannelStructure,
  constants: ReadonlyMap<number, Constants>,
  space: ChannelSpace,
  channel: number,
): ChannelVerdict {
  if (space.locked) return { removable: false, reason: space.locked };
  const folds: Fold[] = [];
  for (const { call, input, offset } of readers(structure, space)) {
    const inputChannel = offset + channel;
    const value = constants.get(input.id)?.[inputChannel] ?? null;
    if (value === null)
      return { removable: false, reason: `'${call.layer.name}' reads it where it is not known to be constant` };
    if (value !== 0 && !seesNoBorder(call))
      return {
        removable: false,
        reason: `'${call.layer.name}' pads, so the constant ${value} can't be folded exactly`,
      };
    folds.push({ call, inputChannel, value });
  }
  return { removable: true, folds };
}

/** The calls whose weights run over a space's channels on their output side: what made and what carries it. */
export function makers(structure: ChannelStructure, space: ChannelSpace): { call: RuledCall; offset: number }[] {
  return structure.calls.flatMap((call) => {
    if (call.rule.kind !== 'producer' && call.rule.kind !== 'carrier') return [];
    let offset = 0;
    return structure.layout(call.outputs[0]!).spaces.flatMap((one) => {
      const at = offset;
      offset += one.size;
      return representative(one) === space ? [{ call, offset: at }] : [];
    });
  });
}
