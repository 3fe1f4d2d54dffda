/** An error that tells where in a plan it arose. */
export interface PathError extends Error {
  /** Keys and indices from the plan's top: `['grid', 'learningRate', 1]`. */
  path?: readonly (string | number)[];
}

/** Does `action`; an error that it throws bears the path. */
export function atPath<T>(path: readonly (string | number)[], action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && !('path' in error)) Object.assign(error, { path });
    throw error;
  }
}
