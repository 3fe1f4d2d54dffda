import { invalidArgument, requireTensor } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Throws unless `data` is a batch of inputs of a model with one input. */
export function requireInput(where: string, argument: string, model: LayersModel, data: Tensor): void {
  requireTensor(where, argument, data);
  const shape = model.inputs[0]!.shape;
  const fits =
    model.inputs.length === 1 &&
    data.rank === shape.length &&
    data.shape[0]! > 0 &&
    data.shape.every((size, axis) => axis === 0 || shape[axis] === null || shape[axis] === size);
  if (fits) return;
  throw invalidArgument({
    where,
    argument,
    rule: `must have the shape [samples, ${shape.slice(1).join(', ')}] with a sample at least, for a model of one input`,
    received: `shape [${data.shape.join(', ')}]`,
  });
}
