import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';

interface Run {
  extent: number;
  readonly reduced: boolean;
}

/** The axes, neighbours of one kind joined. */
function runsOf(shape: readonly number[], axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((extent, axis) => {
    const reduced = axes.includes(axis);
    const last = runs.at(-1);
    if (last?.reduced === reduced) last.extent *= extent;
    else runs.push({ extent, reduced });
  });
  return runs;
}

/** Sums over the reduced runs, in float64. */
function sumRuns(x: Float32Array, runs: readonly Run[]): Float64Array {
  const size = (part: readonly Run[]): number => part.reduce((product, { extent }) => product * extent, 1);
  const kept = (part: readonly Run[]): Run[] => part.filter(({ reduced }) => !reduced);
  const sums = new Float64Array(size(kept(runs)));
  const walk = (level: number, at: number, to: number): void => {
    const run = runs[level];
    if (!run) {
      sums[to]! += x[at]!;
      return;
    }
    const rest = runs.slice(level + 1);
    if (rest.length === 0) {
      if (run.reduced) {
        let sum = 0;
        for (let i = 0; i < run.extent; i++) sum += x[at + i]!;
        sums[to]! += sum;
      } else for (let i = 0; i < run.extent; i++) sums[to + i]! += x[at + i]!;
      return;
    }
    const [step, stepTo] = [size(rest), run.reduced ? 0 : size(kept(rest))];
    for (let i = 0; i < run.extent; i++) walk(level + 1, at + i * step, to + i * stepTo);
  };
  if (x.length > 0) walk(0, 0, 0);
  return sums;
}

/**
 * Sum or mean of float32 over any axes, added up in float64 and rounded once. The stock kernels add up in float32: a sum
 * of four million times 0.1 is 4 % low.
 */
export const accurateSum =
  (mean: boolean) =>
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const x = args.inputs.x as TensorInfo;
    if (x.dtype !== 'float32') return stock(args);
    const { axis, keepDims } = args.attrs as unknown as { axis?: number | number[]; keepDims?: boolean };
    const axes = util.parseAxisParam(axis ?? x.shape.map((_, i) => i), x.shape);
    const sums = sumRuns(view(args.backend, x), runsOf(x.shape, axes));
    const count = axes.reduce((product, d) => product * x.shape[d]!, 1);
    const outShape = x.shape.flatMap((extent, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [extent]));
    return make(
      args.backend,
      Float32Array.from(sums, (sum) => (mean ? sum / count : sum)),
      outShape,
      'float32',
    );
  };
