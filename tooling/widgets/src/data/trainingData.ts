/** Data to train on, in the memory of the worker. */
export interface TrainingData {
  /** Of one sample: [height, width, channels]; points of the plane are [1, 1, 2]. */
  readonly shape: [number, number, number];
  readonly classes: string[];
  readonly train: Part;
  readonly test: Part;
  /** Points of the plane, and none for images. */
  readonly points?: { xy: Float32Array; labels: Uint8Array };
}

/** Samples in one array: bytes stand for [0, 1], floats for themselves. */
export interface Part {
  readonly values: Uint8Array | Float32Array;
  readonly labels: Uint8Array;
}

export const sizeOf = ({ shape }: TrainingData): number => shape[0] * shape[1] * shape[2];

/** Rows `indices` of a part as float32[indices, size], and their labels as one-hot rows float32[indices, classes]. */
export function gather(
  part: Part,
  indices: ArrayLike<number>,
  size: number,
  classes: number,
): { values: Float32Array; labels: Float32Array } {
  const values = new Float32Array(indices.length * size);
  const labels = new Float32Array(indices.length * classes);
  const scale = part.values instanceof Uint8Array ? 1 / 255 : 1;
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row] ?? 0;
    const from = index * size;
    for (let i = 0; i < size; i++) values[row * size + i] = (part.values[from + i] ?? 0) * scale;
    labels[row * classes + (part.labels[index] ?? 0)] = 1;
  }
  return { values, labels };
}
