/** Looks take about this share of the time … */
const lookShare = 0.08;
/** … but the next one is no further away than this, in milliseconds: the first one also prepares the kernels … */
const longestWait = 1000;
/** … unless it takes so long that it would cost more than a third: four wide networks without ReLU take a second. */
const leastWaits = 2;
/** … and none nearer: the page shows each of them. */
const shortestWait = 400;
/** The page is told this often: more would take the time of its painting from the training, where both share two cores. */
const tellEvery = (globalThis.navigator?.hardwareConcurrency ?? 1) > 2 ? 100 : 200;

/**
 * So many milliseconds of its first training a worker rests as long as it works, where there are no cores to spare: browsers
 * compile meanwhile.
 */
const gentleFor = (globalThis.navigator?.hardwareConcurrency ?? 1) > 2 ? 0 : 2000;
const longestRest = 30;

/** When to look and when to tell, so that watching costs a known share of the training. */
export class Pace {
  private looked = Number.NEGATIVE_INFINITY;
  private lookTime = 0;
  private told = performance.now();

  shouldLook(): boolean {
    const wait = Math.max(shortestWait, Math.min(this.lookTime / lookShare, longestWait), leastWaits * this.lookTime);
    return performance.now() - this.looked >= wait;
  }

  /** A look has been taken, which began at `from`. */
  hasLooked(from: number): void {
    this.looked = performance.now();
    this.lookTime = this.looked - from;
    this.told = this.looked;
  }

  /** Milliseconds to rest after a step that took so long, at `since` after training began. */
  rest(stepTime: number, since: number): number {
    return since < gentleFor ? Math.min(stepTime, longestRest) : 0;
  }

  shouldTell(): boolean {
    return performance.now() - this.told >= tellEvery;
  }

  /** Milliseconds since the page was told last, which it is now. */
  tell(): number {
    const now = performance.now();
    const since = now - this.told;
    this.told = now;
    return since;
  }
}
