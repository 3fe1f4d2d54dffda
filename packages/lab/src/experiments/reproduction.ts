/** One figure beside the one that was published or derived. */
export interface ReproductionRow {
  /** What was varied. */
  case: string;
  /** What was measured. */
  quantity: string;
  ours: number;
  /** Of `ours`; 0 where nothing was drawn. */
  standardError: number;
  /** A number, a band [low, high], or null where nothing was published or derived. */
  expected: number | readonly [number, number] | null;
  /** Standard error of `expected`, where it was measured by somebody. */
  expectedError?: number;
  /** Where `expected` is from. */
  source: string;
  /** Within 3 standard errors of a number, inside a band; null where nothing is expected. */
  within: boolean | null;
}

/** What a reproduction found: plain JSON. */
export interface ReproductionResult {
  schema: 'relumine.reproduction/1';
  name: string;
  title: string;
  /** Markdown: what was done, and what the figures say. */
  text: string;
  /** What it was run with. */
  settings: Record<string, unknown>;
  rows: ReproductionRow[];
  seconds: number;
}

/** What a reproduction tells while it runs, and what can stop it. */
export interface ReproductionHooks {
  /** Called now and then with a line for a person. */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /**
   * File of JSON lines for the parts of a long reproduction (`auto-trainer`), each written and synced as it is done. Parts
   * that it holds, of the same settings, are not measured again: a run that was stopped goes on.
   */
  journal?: string;
}

/** Measures a part, unless it was kept before: plain JSON. */
export type Once = <T>(key: string, measure: () => Promise<T>) => Promise<T>;

/** A row, judged: a number by 3 standard errors (both sides'), a band by its edges. */
export function row(parts: Omit<ReproductionRow, 'within'>): ReproductionRow {
  const { ours, standardError, expected, expectedError = 0 } = parts;
  return { ...parts, within: isWithin(ours, Math.hypot(standardError, expectedError), expected) };
}

function isWithin(ours: number, error: number, expected: ReproductionRow['expected']): boolean | null {
  if (expected === null) return null;
  if (typeof expected === 'number') return Math.abs(ours - expected) <= 3 * error;
  return ours >= expected[0] && ours <= expected[1];
}

/** A share of `draws` with its binomial standard error, at least that of one half hit (a share of 0 is not known exactly). */
export function share(hits: number, draws: number): { ours: number; standardError: number } {
  const ours = hits / draws;
  const guarded = Math.min(Math.max(ours, 0.5 / draws), 1 - 0.5 / draws);
  return { ours, standardError: Math.sqrt((guarded * (1 - guarded)) / draws) };
}

/** A mean with its standard error. */
export function average(values: readonly number[]): { ours: number; standardError: number } {
  const ours = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - ours) ** 2, 0);
  return { ours, standardError: values.length > 1 ? Math.sqrt(squares / (values.length - 1) / values.length) : 0 };
}
