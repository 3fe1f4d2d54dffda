import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Reader, readers } from './plan';
import { type ChannelSpace, type ChannelStructure, type RuledCall, representative } from './spaces';

/** Channels behind one activation, that everything which reads them reads as they come out of it. */
export interface ActivatedSpace {
  readonly call: RuledCall;
  readonly activation: string;
  readonly space: ChannelSpace;
  readonly readers: readonly Reader[];
}

const layerActivations: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  LeakyReLU: 'leakyRelu',
  ELU: 'elu',
  PReLU: 'prelu',
  ThresholdedReLU: 'threshold',
};

interface Activating {
  relumine?: { name: string };
  activation?: { getClassName?(): string; relumine?: { name: string } };
}

/** Relumine's name of the activation that a layer applies, its own or a fused one; undefined for linear and softmax. */
function activationOf({ layer }: RuledCall): string | undefined {
  const { relumine, activation } = layer as unknown as Activating;
  const named = relumine?.name ?? activation?.relumine?.name ?? layerActivations[layer.getClassName()];
  if (named) return named;
  const fused = activation?.getClassName?.();
  return fused && !/^(linear|softmax|logSoftmax)$/i.test(fused) ? fused : undefined;
}

/** Layers that leave the mean of a channel about as it is, and add no weight of their own. */
const passesOn =
  /^(Dropout|SpatialDropout1D|GaussianNoise|(Global)?(Max|Average)Pooling[12]D|Cropping2D|UpSampling2D)$/;

/** Whether `tensor` holds the output of `call`, but for pooling, dropout, flattening and what stands beside it. */
export function comesFrom(structure: ChannelStructure, call: RuledCall, tensor: SymbolicTensor): boolean {
  if (call.outputs.includes(tensor)) return true;
  const made = structure.calls.find(({ outputs }) => outputs.includes(tensor));
  if (!made || made.layer.weights.length > 0) return false;
  const passes =
    made.rule.kind === 'flatten' || made.rule.kind === 'concat' || passesOn.test(made.layer.getClassName());
  return passes && made.inputs.some((input) => comesFrom(structure, call, input));
}

/** The hidden activations of a model whose channels can be replaced one by one; sums, shared layers and outputs can't. */
export function activatedSpaces(structure: ChannelStructure): ActivatedSpace[] {
  return structure.calls.flatMap((call): ActivatedSpace[] => {
    const activation = activationOf(call);
    const { spaces, positions } = structure.layout(call.outputs[0]!);
    if (!activation || spaces.length !== 1 || positions !== 1) return [];
    const space = representative(spaces[0]!);
    const read = readers(structure, space);
    const alone = read.length > 0 && read.every(({ input }) => comesFrom(structure, call, input));
    return alone && space.locked === undefined ? [{ call, activation, space, readers: read }] : [];
  });
}
