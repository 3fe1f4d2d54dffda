import { invalidArgument, requireTensor } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The class of each of `batch` samples, from class numbers or one-hot rows. */
export async function classesOf(
  where: string,
  labels: Tensor,
  batch: number,
): Promise<{ of: number[]; count: number }> {
  requireTensor(where, 'labels', labels);
  const [rows, width] = labels.shape;
  const values = [...((await labels.data()) as ArrayLike<number> & Iterable<number>)];
  if (rows !== batch || labels.shape.length > 2 || width === 0)
    throw invalidArgument({
      where,
      argument: 'labels',
      rule: `must be class numbers [${batch}] or one-hot [${batch}, classes]`,
      received: `shape [${labels.shape.join(', ')}]`,
    });
  if (width !== undefined && width > 1) {
    const of = Array.from({ length: batch }, (_, n) => {
      const row = values.slice(n * width, (n + 1) * width);
      return row.indexOf(Math.max(...row));
    });
    return { of, count: width };
  }
  const wrong = values.find((value) => !Number.isInteger(value) || value < 0);
  if (wrong !== undefined)
    throw invalidArgument({
      where,
      argument: 'labels',
      rule: 'must be integers of at least 0',
      received: String(wrong),
    });
  return { of: values, count: values.reduce((most, value) => Math.max(most, value), -1) + 1 };
}
