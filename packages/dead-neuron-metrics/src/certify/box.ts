import { describe, invalidArgument, requireTensor } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Interval, sizeOf } from './interval';

type Nested = readonly number[] | readonly Nested[];

/** One corner of a box: one number for every element, or values of the input's shape (without the batch axis). */
export type BoxCorner = number | Tensor | ArrayLike<number> | Nested;

const where = 'dead-neuron-metrics/certify';

const isTensor = (value: unknown): value is Tensor => typeof value === 'object' && value !== null && 'dataId' in value;

/** The shape of a tensor or of nested arrays; undefined for a number. */
function shapeOf(corner: BoxCorner): number[] | undefined {
  if (typeof corner === 'number') return undefined;
  if (isTensor(corner)) return corner.shape;
  const shape: number[] = [];
  let level: unknown = corner;
  while (typeof level === 'object' && level !== null && 'length' in level) {
    shape.push(Number(level.length));
    level = (level as ArrayLike<unknown>)[0];
  }
  return shape;
}

async function valuesOf(argument: string, corner: BoxCorner, shape: readonly number[]): Promise<Float64Array> {
  const size = sizeOf(shape);
  if (typeof corner === 'number') return new Float64Array(size).fill(corner);
  if (isTensor(corner)) requireTensor(where, argument, corner);
  const flat = isTensor(corner) ? await corner.data() : Array.from(corner as ArrayLike<number>).flat(16);
  if (flat.length !== size) {
    throw invalidArgument({
      where,
      argument,
      rule: `must be a number, or have the shape of the input, [${shape.join(', ')}]`,
      received: isTensor(corner) ? describe(corner) : `${flat.length} values`,
    });
  }
  return Float64Array.from(flat as ArrayLike<number>);
}

/** The shape of an input without its batch axis; what the model leaves open is taken from a corner that has a shape. */
function inputShape(model: LayersModel, i: number, corners: readonly BoxCorner[]): number[] {
  const declared = model.inputs[i]!.shape.slice(1);
  if (declared.every((n) => n !== null)) return declared as number[];
  for (const corner of corners) {
    const shape = shapeOf(corner);
    if (shape?.length === declared.length && declared.every((n, axis) => n === null || n === shape[axis])) return shape;
  }
  throw invalidArgument({
    where,
    argument: 'min',
    rule: `must have the shape of the input '${model.inputs[i]!.name}', since the model leaves it open: [${declared.map((n) => n ?? '?').join(', ')}]`,
    received: describe(corners[0]),
  });
}

/**
 * The box as one interval for each input. It is widened to float32, so that tensors made of the same numbers lie in it.
 *
 * @throws TypeError or RangeError for corners of another shape, that aren't finite, or with `min` above `max`
 */
export async function readBox(model: LayersModel, min: unknown, max: unknown): Promise<Interval[]> {
  const count = model.inputs.length;
  const perInput = (argument: string, corner: unknown): BoxCorner[] => {
    if (typeof corner === 'number') return new Array(count).fill(corner);
    if (count === 1 && typeof corner === 'object' && corner !== null) return [corner as BoxCorner];
    if (count > 1 && Array.isArray(corner) && corner.length === count) return corner;
    const rule =
      count === 1
        ? 'must be a number, an array or a tensor'
        : `must be a number or an array of ${count}, one for each input`;
    throw invalidArgument({ where, argument, rule, received: describe(corner), type: TypeError });
  };
  const [mins, maxs] = [perInput('min', min), perInput('max', max)];
  return Promise.all(
    model.inputs.map(async (_, i) => {
      const shape = inputShape(model, i, [mins[i]!, maxs[i]!]);
      const [lo, hi] = [await valuesOf('min', mins[i]!, shape), await valuesOf('max', maxs[i]!, shape)];
      for (let j = 0; j < lo.length; j++) {
        if (Number.isFinite(lo[j]) && Number.isFinite(hi[j]) && lo[j]! <= hi[j]!) continue;
        const rule =
          Number.isFinite(lo[j]) && Number.isFinite(hi[j]) ? 'must not be above `max`' : 'and `max` must be finite';
        throw invalidArgument({ where, argument: 'min', rule, received: `min ${lo[j]}, max ${hi[j]} at element ${j}` });
      }
      return { shape, lo: lo.map((x) => Math.min(x, Math.fround(x))), hi: hi.map((x) => Math.max(x, Math.fround(x))) };
    }),
  );
}
