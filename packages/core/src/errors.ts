/** What was wrong with an argument, in the parts that every message has. */
export interface ArgumentProblem {
  /** Package and function: `spectral-norm/powerIteration`. */
  where: string;
  /** The argument's name, without backticks. */
  argument: string;
  /** The rule that was broken: `must have rank 2 or more`. */
  rule: string;
  /** What came instead: `shape [3]`. */
  received: string;
  /** A sentence with the way out: `Reshape it first.` */
  wayOut?: string;
  /** `TypeError` for a wrong kind, `RangeError` (the default) for a wrong value or shape. */
  type?: typeof TypeError | typeof RangeError;
  cause?: unknown;
}

/**
 * The error for a wrong argument:
 * ``[relumine/spectral-norm/powerIteration] `kernel` must have rank 2 or more. Received: shape [3]. Reshape it first.``
 * It is returned, not thrown, so that the stack starts at the caller's `throw`.
 */
export function invalidArgument(problem: ArgumentProblem): Error {
  const { where, argument, rule, received, wayOut, type = RangeError, cause } = problem;
  const message = `[relumine/${where}] \`${argument}\` ${rule}. Received: ${received}.${wayOut ? ` ${wayOut}` : ''}`;
  return new type(message, cause === undefined ? undefined : { cause });
}

/** A short account of any value for the `Received:` part of a message. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (Array.isArray(value))
    return value.length <= 8 ? `[${value.map(describe).join(', ')}]` : `array of ${value.length}`;
  const tensor = value as { dtype?: unknown; shape?: unknown };
  if (typeof tensor.dtype === 'string' && Array.isArray(tensor.shape))
    return `${tensor.dtype}[${tensor.shape.join(', ')}]`;
  return (value as object).constructor?.name ?? 'object';
}
