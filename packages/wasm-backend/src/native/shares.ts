import type { WasmBackend } from './heap';
import { threadCount } from './threads';

/** Multiplications, or values of a cheap pass, from which it pays to wake the threads (some 20 microseconds). */
const threadedFrom: { readonly product: number; readonly pass: number } = { product: 524_288, pass: 131_072 };

/**
 * `total` in at most as many ranges as there are threads, each a multiple of `unit` (the last takes the rest); in one
 * where so few `operations` of this kind are to be done that waking threads would cost more.
 */
export function ranges(
  backend: WasmBackend,
  total: number,
  unit: number,
  kind: keyof typeof threadedFrom,
  operations: number,
): [first: number, last: number][] {
  if (operations < threadedFrom[kind]) return [[0, total]];
  const units = Math.ceil(total / unit);
  const threads = threadCount(backend);
  const count = Math.max(1, Math.min(threads, units));
  const bound = (i: number): number => Math.min(total, Math.round((units * i) / count) * unit);
  return Array.from({ length: count }, (_, i) => [bound(i), bound(i + 1)]);
}

/** From so many times what pays at all, a part of an eighth of a thread's share pays too. */
const finerFrom = 8;

/**
 * As {@link ranges}, in finer portions where there is much to do: first three quarters by equal shares, which threads take from
 * the end, then the rest in eighths of a share, for whoever has time. Cores are not equally fast: a thread on a slow one, or on
 * one that something else wants too, takes fewer. What each thread writes to must not depend on which portions it takes.
 */
export function portions(
  backend: WasmBackend,
  total: number,
  unit: number,
  kind: keyof typeof threadedFrom,
  operations: number,
): [first: number, last: number][] {
  const enough = operations >= finerFrom * threadedFrom[kind];
  const [units, threads] = [Math.ceil(total / unit), threadCount(backend)];
  if (!enough || threads === 1 || units < 8 * threads) return ranges(backend, total, unit, kind, operations);
  const fine = 2 * threads;
  const bound = (i: number): number => {
    const share = i <= fine ? i / (8 * threads) : 0.25 + ((i - fine) * 0.75) / threads;
    return Math.min(total, Math.round(units * share) * unit);
  };
  return Array.from({ length: fine + threads }, (_, i) => [bound(i), bound(i + 1)]);
}
