import type { WasmBackend } from './heap';
import { type Part, ranges, runParts } from './threads';

/** What follows a convolution in the same pass over memory: + bias (an address; 0 for none), then max(·, 0) with `relu`. */
export interface Epilogue {
  readonly bias: number;
  readonly relu: boolean;
}

export const nothing: Epilogue = { bias: 0, relu: false };

/** The epilogue as a pass of its own, in place, over f32[rows, columns] at `c`. */
export function finishRows(
  backend: WasmBackend,
  c: number,
  rows: number,
  columns: number,
  { bias, relu }: Epilogue,
): void {
  if (bias === 0 && !relu) return;
  const parts = ranges(backend, rows, 1, 'pass', rows * columns).map(([first, last]): Part => {
    return ['finishRows', c + first * columns * 4, bias, last - first, columns, relu];
  });
  runParts(backend, parts);
}
