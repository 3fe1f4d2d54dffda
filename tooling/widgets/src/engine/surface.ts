import { slice, squeeze, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surfaceSize } from '../protocol';

/** The grid over [−1.2, 1.2]² that decision surfaces are drawn on, from the top row. */
export const surfaceExtent = 1.2;

const at = (i: number): number => surfaceExtent * ((2 * (i + 0.5)) / surfaceSize - 1);

function grid(): Float32Array {
  const points = new Float32Array(2 * surfaceSize * surfaceSize);
  for (let row = 0; row < surfaceSize; row++)
    for (let column = 0; column < surfaceSize; column++)
      points.set([at(column), -at(row)], 2 * (row * surfaceSize + column));
  return points;
}

/** P(class 1) at every point of the grid: float32[surfaceSize², row by row from the top]. */
export async function decisionSurface(model: LayersModel): Promise<Float32Array> {
  const count = surfaceSize * surfaceSize;
  const second = tidy(() => {
    const points = tensor4d(grid(), [count, 1, 1, 2]);
    return squeeze(slice(model.predictOnBatch(points) as Tensor, [0, 1], [count, 1]), [1]);
  });
  const values = (await second.data()) as Float32Array;
  second.dispose();
  return values;
}
