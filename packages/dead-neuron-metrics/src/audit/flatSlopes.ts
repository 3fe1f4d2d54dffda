import type { Tensor } from '@tensorflow/tfjs-core';
import type { TappedLayer } from './taps';

/** The slopes of a PReLU layer as they are now, the layer's own tensor; undefined for other layers. */
export const slopesOf = ({ activation, layer }: TappedLayer): Tensor | undefined =>
  activation === 'prelu' ? layer.getWeights()[0] : undefined;

/** Whether some slope is exactly 0. */
export const hasFlatSlope = (slopes: Tensor): boolean => slopes.dataSync().includes(0);

/**
 * The units of a PReLU layer whose slope is exactly 0: below 0 they are flat, as a ReLU is.
 *
 * @param alpha the slopes; borrowed
 * @param shape positions by axis, then channels
 * @returns 1 for each such unit, position by position; undefined where there is none
 */
export async function flatSlopes(alpha: Tensor, shape: readonly number[]): Promise<Uint8Array | undefined> {
  const slopes = await alpha.data();
  if (!slopes.includes(0)) return undefined;
  const sizes = [...new Array<number>(Math.max(0, shape.length - alpha.shape.length)).fill(1), ...alpha.shape];
  const flat = new Uint8Array(shape.reduce((product, n) => product * n, 1));
  for (let unit = 0; unit < flat.length; unit++) {
    let [rest, at, stride] = [unit, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size, own] = [shape[axis]!, sizes[axis]!];
      if (own > 1) at += (rest % size) * stride;
      stride *= own;
      rest = Math.floor(rest / size);
    }
    if (slopes[at] === 0) flat[unit] = 1;
  }
  return flat;
}
