import { type DataId, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, findMemory, type WasmBackend } from './heap';
import { portions } from './shares';
import { type Part, runParts } from './threads';
import { Workspace } from './workspace';

/*
 * The gradient of a bias is the sum of the gradient before it over all axes but the last. Where that gradient is written
 * image by image, its sums come with it, and whoever asks for them finds them. They are added up the same way, image by
 * image, where they did not: the result is the same to the bit.
 */

/** Images, rows of each, columns; undefined where sums are not taken by images: few or narrow ones, or very many. */
function imagesOf(shape: readonly number[]): [images: number, rows: number, columns: number] | undefined {
  const [images = 0, columns = 0] = [shape[0], shape.at(-1)];
  const rows = util.sizeFromShape(shape.slice(1, -1));
  const fits = shape.length > 2 && images >= 8 && images <= 256 && columns % 4 === 0 && columns > 0 && columns <= 1024;
  return fits && images * rows >= 1024 ? [images, rows, columns] : undefined;
}

const sums = new WeakMap<DataId, Float64Array>();
/** Shapes whose sums somebody has asked for. */
const wanted = new Set<string>();

/** A share of the work: `count` images from `first` on, their sums to the address `to`. */
export type Share = (first: number, count: number, rows: number, columns: number, to: number) => Part;

function run(backend: WasmBackend, shape: readonly number[], share: Share): Float64Array {
  const [images, rows, columns] = imagesOf(shape)!;
  const work = new Workspace();
  const partial = work.reserve(images * columns * 8);
  return work.run(backend, () => {
    const parts = portions(backend, images, 1, 'pass', images * rows * columns).map(([first, last]) =>
      share(first, last - first, rows, columns, partial() + first * columns * 8),
    );
    runParts(backend, parts);
    const { buffer } = findMemory(backend) as WebAssembly.Memory;
    const each = new Float64Array(buffer, partial(), images * columns);
    const total = new Float64Array(columns);
    for (let at = 0; at < each.length; at += columns) {
      for (let c = 0; c < columns; c++) total[c]! += each[at + c]!;
    }
    return total;
  });
}

/** Whether a gradient of this shape can come with its sums. */
export const takesSums = (shape: readonly number[]): boolean => imagesOf(shape) !== undefined;

/** Whether a gradient of this shape should come with its sums. */
export const wantsSums = (shape: readonly number[]): boolean => takesSums(shape) && wanted.has(shape.join());

/** A tensor whose values are written by {@link Share}s that take their sums as well. */
export function withSums(
  backend: WasmBackend,
  shape: number[],
  make: (fill: (share: Share) => void) => TensorInfo,
): TensorInfo {
  let found: Float64Array | undefined;
  const tensor = make((share) => {
    found = run(backend, shape, share);
  });
  if (found) sums.set(tensor.dataId, found);
  return tensor;
}

/** The sums of x over all axes but the last, in float64; undefined where they are not taken by images. */
export function columnSums(backend: WasmBackend, x: TensorInfo, axes: readonly number[]): Float64Array | undefined {
  const rank = x.shape.length;
  if (axes.length !== rank - 1 || axes.includes(rank - 1) || imagesOf(x.shape) === undefined) return undefined;
  const known = sums.get(x.dataId);
  if (known?.length === x.shape.at(-1)) return known;
  wanted.add(x.shape.join());
  const from = addressOf(backend, x);
  return run(backend, x.shape, (first, count, rows, columns, to) => {
    return ['imageSums', from + first * rows * columns * 4, count, rows, columns, to];
  });
}
