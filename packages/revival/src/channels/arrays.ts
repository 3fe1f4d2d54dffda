/** A weight read from a layer: float32 values in row-major order. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The slices `keep` of one axis, in that order. */
export function take({ shape, values }: Weight, axis: number, keep: readonly number[]): Weight {
  const [outer, length, inner] = [product(shape.slice(0, axis)), shape[axis]!, product(shape.slice(axis + 1))];
  const taken = new Float32Array(outer * keep.length * inner);
  for (let o = 0; o < outer; o++)
    keep.forEach((index, k) => {
      const from = (o * length + index) * inner;
      taken.set(values.subarray(from, from + inner), (o * keep.length + k) * inner);
    });
  return { shape: shape.map((size, a) => (a === axis ? keep.length : size)), values: taken };
}

/** A copy with each slice of `axis` named by `indices` filled by `value(position in the slice, index)`. */
export function fill(
  weight: Weight,
  axis: number,
  indices: readonly number[],
  value: (i: number, index: number) => number,
): Weight {
  const { shape, values } = weight;
  const [outer, length, inner] = [product(shape.slice(0, axis)), shape[axis]!, product(shape.slice(axis + 1))];
  const filled = values.slice();
  for (const index of indices)
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) filled[(o * length + index) * inner + i] = value(o * inner + i, index);
  return { shape, values: filled };
}

/** For each index of `outputAxis`, the sum in float64 of a weight over everything else, restricted to `inputs` of `inputAxis`, each times its factor. */
export function weightedSums(
  { shape, values }: Weight,
  inputAxis: number,
  outputAxis: number,
  factors: ReadonlyMap<number, number>,
): Float64Array {
  const sums = new Float64Array(shape[outputAxis]!);
  const strides = shape.map((_, a) => product(shape.slice(a + 1)));
  for (let i = 0; i < values.length; i++) {
    const factor = factors.get(Math.floor(i / strides[inputAxis]!) % shape[inputAxis]!);
    if (factor !== undefined) sums[Math.floor(i / strides[outputAxis]!) % shape[outputAxis]!]! += factor * values[i]!;
  }
  return sums;
}
