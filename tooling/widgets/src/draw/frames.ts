/**
 * Milliseconds of drawing in one frame: to style, lay out and paint what was drawn takes the browser several times
 * that, and a page that also answers must not spend its whole sixtieth on it.
 */
const budget = 1;

/** What waits, and whether it takes a frame for itself. */
const waiting = new Map<() => void, boolean>();
let asked = false;

function ask(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(work);
}

function work(): void {
  asked = false;
  const from = performance.now();
  let done = 0;
  for (const [one, alone] of waiting) {
    if (alone && done > 0) break;
    waiting.delete(one);
    one();
    done++;
    if (alone || performance.now() - from > budget) break;
  }
  if (waiting.size > 0) ask();
}

/**
 * Does `one` in a coming frame: once, however often it was asked for, and after what was asked for before.
 *
 * @param alone with nothing else in that frame: what is drawn on a canvas is only counted when the browser makes it pixels
 */
export function soon(one: () => void, alone = false): void {
  waiting.set(one, alone);
  ask();
}

export function never(one: () => void): void {
  waiting.delete(one);
}
