import { abs, add, reshape, slice, sum, type Tensor, type Tensor1D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { ActivatedSpace } from '../channels/activatedSpaces';
import type { ChannelStructure } from '../channels/spaces';
import { silencedWeight } from '../revive/silenceOutgoing';

/**
 * Σ |w| of the outgoing weights of each channel of a space, over everything that reads it.
 *
 * @returns float32[channels]; the caller's
 */
export function outgoingMagnitude(structure: ChannelStructure, { space, readers }: ActivatedSpace): Tensor1D {
  return tidy(() => {
    const parts = readers.map(({ call, input, offset }): Tensor => {
      const index = silencedWeight(call.rule.weights);
      const axis = call.rule.weights[index]!.input!;
      const kernel = call.layer.weights[index]!.read();
      const inputs = kernel.shape[axis]!;
      // The input axis to the front: one row per input.
      const order = [axis, ...kernel.shape.map((_, i) => i).filter((i) => i !== axis)];
      const perInput = sum(reshape(transpose(abs(kernel), order), [inputs, -1]), 1);
      const { positions } = structure.layout(input);
      const perChannel = sum(reshape(perInput, [positions, inputs / positions]), 0);
      return slice(perChannel, [offset], [space.size]);
    });
    return parts.reduce((a, b) => add(a, b)) as Tensor1D;
  });
}
