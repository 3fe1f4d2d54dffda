import { findMemory, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type Part, ranges, runParts } from './threads';
import { Workspace } from './workspace';

/** Where the largest z of each unit goes, f32[units], and how many of a channel are not finite, i32[channels]; both are added to. */
export interface Watch {
  readonly best: number;
  readonly nonFinite: number;
}

/** What follows a convolution in the same pass over memory: + bias (an address; 0 for none), then max(·, 0) with `relu`. */
export interface Epilogue {
  readonly bias: number;
  readonly relu: boolean;
  /** What is noted of the values, before they are cut off. */
  readonly watch?: Watch;
}

export const nothing: Epilogue = { bias: 0, relu: false };

interface Watchers {
  /** Addresses for one thread; 0 where nothing is watched. */
  readonly placeOf: (thread: number) => readonly [best: number, nonFinite: number];
  /** Runs one part for each place, and adds up what they have seen. */
  readonly run: (backend: WasmBackend, parts: readonly Part[]) => void;
}

/** For each of `count` threads its own places to watch; the first one's are those of the whole. */
export function watchers(
  work: Workspace,
  watch: Watch | undefined,
  [units, channels]: readonly [units: number, channels: number],
  count: number,
): Watchers {
  const others = Array.from({ length: watch ? count - 1 : 0 }, () => {
    return [work.reserve(units * 4), work.reserve(channels * 4)] as const;
  });
  const placeOf: Watchers['placeOf'] = (thread) => {
    if (!watch) return [0, 0];
    const other = others[thread - 1];
    return other ? [other[0](), other[1]()] : [watch.best, watch.nonFinite];
  };
  const run: Watchers['run'] = (backend, parts) => {
    const { buffer } = findMemory(backend) as WebAssembly.Memory;
    const kernels = kernelsOf(backend);
    for (const [best, nonFinite] of others) {
      new Float32Array(buffer, best(), units).fill(Number.NEGATIVE_INFINITY);
      kernels.zero(nonFinite(), channels * 4);
    }
    runParts(backend, parts);
    const [best, nonFinite] = placeOf(0);
    for (const [other, count] of others) kernels.mergeWatched(best, other(), units, nonFinite, count(), channels);
  };
  return { placeOf: placeOf, run: run };
}

/** The epilogue as a pass of its own, in place, over f32[images, rows, columns] at `c`. */
export function finishRows(
  backend: WasmBackend,
  c: number,
  [images, rows, columns]: readonly [images: number, rows: number, columns: number],
  { bias, relu, watch }: Epilogue,
): void {
  const values = images * rows * columns;
  if (bias !== 0 || (relu && !watch)) {
    const parts = ranges(backend, images * rows, 1, 'pass', values).map(([first, last]): Part => {
      return ['finishRows', c + first * columns * 4, bias, last - first, columns, relu && !watch];
    });
    runParts(backend, parts);
  }
  if (!watch) return;
  const units = rows * columns;
  const shares = ranges(backend, images, 1, 'pass', values);
  const work = new Workspace();
  const watching = watchers(work, watch, [units, columns], shares.length);
  work.run(backend, () => {
    const parts = shares.map(([first, last], i): Part => {
      return ['watchImages', c + first * units * 4, last - first, units, columns, ...watching.placeOf(i), relu];
    });
    watching.run(backend, parts);
  });
}
