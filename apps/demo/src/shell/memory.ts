const prefix = 'relumine.';

/** What an earlier visit chose; `null` where nothing was, or where the browser keeps nothing. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

/** Keeps a choice for the next visit, where the browser allows it. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(prefix + key, value);
  } catch {
    // A private window may forbid storage; the choice holds for this visit then.
  }
}
