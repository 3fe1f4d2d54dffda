import type { TappedLayer } from './taps';

/**
 * The units of a PReLU layer whose slope is exactly 0: below 0 they are flat, as a ReLU is.
 *
 * @param shape positions by axis, then channels
 * @returns 1 for each such unit, position by position; undefined where there is none
 */
export async function flatSlopes(
  { activation, layer }: TappedLayer,
  shape: readonly number[],
): Promise<Uint8Array | undefined> {
  const alpha = activation === 'prelu' ? layer.getWeights()[0] : undefined;
  if (!alpha) return undefined;
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
