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

/** By itself: a loop within a loop is compiled anew at each step, since V8 leaves what it compiled when the inner one ends. */
function copyScaled(
  source: ArrayLike<number>,
  from: number,
  target: Float32Array,
  to: number,
  count: number,
  scale: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = (source[from + i] ?? 0) * scale;
}

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
    copyScaled(part.values, index * size, values, row * size, size, scale);
    labels[row * classes + (part.labels[index] ?? 0)] = 1;
  }
  return { values, labels };
}
