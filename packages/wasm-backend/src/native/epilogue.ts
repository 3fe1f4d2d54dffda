import { findMemory, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { portions } from './shares';
import { type Part, type PerThread, runParts, threadCount } from './threads';
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
  /** Addresses for each thread; 0 where nothing is watched. */
  readonly places: () => readonly [best: number | PerThread, nonFinite: number | PerThread];
  /** Runs the parts, and adds up what the threads have seen. */
  readonly run: (backend: WasmBackend, parts: readonly Part[]) => void;
}

/** Places to watch for each of `count` threads; one thread's are those of the whole. */
export function watchers(
  work: Workspace,
  watch: Watch | undefined,
  [units, channels]: readonly [units: number, channels: number],
  count: number,
): Watchers {
  const run: Watchers['run'] = (backend, parts) => runParts(backend, parts);
  if (!watch) return { places: () => [0, 0], run };
  if (count === 1) return { places: () => [watch.best, watch.nonFinite], run };
  const best = work.reserveEach(count, units * 4);
  const nonFinite = work.reserveEach(count, channels * 4);
  return {
    places: () => [best(), nonFinite()],
    run(backend, parts) {
      const { buffer } = findMemory(backend) as WebAssembly.Memory;
      const kernels = kernelsOf(backend);
      const all = Array.from({ length: count }, (_, i) => [thatOf(best(), i), thatOf(nonFinite(), i)] as const);
      for (const [top, bad] of all) {
        new Float32Array(buffer, top, units).fill(Number.NEGATIVE_INFINITY);
        kernels.zero(bad, channels * 4);
      }
      runParts(backend, parts);
      for (const [top, bad] of all) kernels.mergeWatched(watch.best, top, units, watch.nonFinite, bad, channels);
    },
  };
}

const thatOf = ({ at, stride }: PerThread, thread: number): number => at + thread * stride;

/** The epilogue as a pass of its own, in place, over f32[images, rows, columns] at `c`. */
export function finishRows(
  backend: WasmBackend,
  c: number,
  [images, rows, columns]: readonly [images: number, rows: number, columns: number],
  { bias, relu, watch }: Epilogue,
): void {
  const values = images * rows * columns;
  if (bias !== 0 || (relu && !watch)) {
    const parts = portions(backend, images * rows, 1, 'pass', values).map(([first, last]): Part => {
      return ['finishRows', c + first * columns * 4, bias, last - first, columns, relu && !watch];
    });
    runParts(backend, parts);
  }
  if (!watch) return;
  const units = rows * columns;
  const shares = portions(backend, images, 1, 'pass', values);
  const work = new Workspace();
  const watching = watchers(work, watch, [units, columns], shares.length === 1 ? 1 : threadCount(backend));
  work.run(backend, () => {
    const parts = shares.map(([first, last]): Part => {
      return ['watchImages', c + first * units * 4, last - first, units, columns, ...watching.places(), relu];
    });
    watching.run(backend, parts);
  });
}
