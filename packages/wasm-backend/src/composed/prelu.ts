import { broadcast_util, type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Composer, composed } from './composer';

/** Whether alpha, taken again and again, lies along x: it has x's last axes, or one value. */
function repeats(x: readonly number[], alpha: readonly number[]): boolean {
  const first = alpha.findIndex((extent) => extent !== 1);
  if (first < 0) return true;
  const own = alpha.slice(first);
  const last = x.slice(-own.length);
  return own.length === last.length && own.every((extent, axis) => extent === last[axis]);
}

function widened(c: Composer, tensor: TensorInfo, shape: number[]): TensorInfo {
  if (util.arraysEqual(tensor.shape, shape)) return tensor;
  const from = [...new Array<number>(shape.length - tensor.shape.length).fill(1), ...tensor.shape];
  const reps = shape.map((extent, axis) => (from[axis] === extent ? 1 : extent));
  return c.run('Tile', { x: c.view(tensor, from) }, { reps });
}

/**
 * PReLU whose slopes broadcast to x, or x to them. The stock kernel takes alpha's values one after the other, whatever its
 * shape: slopes that are shared along the last axis, such as [height, width, 1], went to the wrong places.
 */
export const prelu =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const { x, alpha } = args.inputs as { x: TensorInfo; alpha: TensorInfo };
    const shape = broadcast_util.assertAndGetBroadcastShape(x.shape, alpha.shape);
    if (util.arraysEqual(shape, x.shape) && repeats(x.shape, alpha.shape)) return stock(args);
    return composed(args.backend, (c) =>
      c.own(stock, { x: widened(c, x, shape), alpha: widened(c, alpha, shape) }, { ...args.attrs }),
    );
  };
