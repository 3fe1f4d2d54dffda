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
 * For so many milliseconds of its first work a worker rests as long as it works, where there are no cores to spare: browsers
 * compile meanwhile what is much used …
 */
const gentleWork = (globalThis.navigator?.hardwareConcurrency ?? 1) > 2 ? 0 : 1000;
/** … and the page makes the grid of each layer. */
const gentleWorkPerLayer = gentleWork / 40;
const longestRest = 30;
/** Milliseconds that this worker has trained and looked, whatever networks they were. */
let worked = 0;

/** When to look and when to tell, so that watching costs a known share of the training. */
export class Pace {
  private looked = Number.NEGATIVE_INFINITY;
  private lookTime = 0;
  private told = performance.now();
  private readonly gentleWork: number;

  /** @param layers that the page shows, of all networks */
  constructor(layers = 0) {
    this.gentleWork = gentleWork + layers * gentleWorkPerLayer;
  }

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

  /** Milliseconds to rest after so many of work. */
  rest(work: number): number {
    worked += work;
    return worked < this.gentleWork ? Math.min(work, longestRest) : 0;
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
