/**
 * Milliseconds of drawing in one frame: to style, lay out and paint what was drawn takes the browser about three times
 * that, and a page that also answers must not spend its whole sixtieth on it.
 */
const budget = 2;

const waiting = new Set<() => void>();
let asked = false;

function ask(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(work);
}

function work(): void {
  asked = false;
  const from = performance.now();
  for (const one of waiting) {
    waiting.delete(one);
    one();
    if (performance.now() - from > budget) break;
  }
  if (waiting.size > 0) ask();
}

/** Does `one` in a coming frame: once, however often it was asked for, and after what was asked for before. */
export function soon(one: () => void): void {
  waiting.add(one);
  ask();
}

export function never(one: () => void): void {
  waiting.delete(one);
}
