/** A curve in the making: keeps at most `most` points, every second one going where there are more. */
export class Series {
  readonly steps: number[] = [];
  readonly values: number[] = [];
  private readonly most: number;
  private readonly smoothing: number;
  /** Only every so many points is kept, so that the spacing stays even. */
  private stride = 1;
  private waiting = 0;
  private smoothed = Number.NaN;

  /** @param smoothing share of the past in each point; 0 shows what is pushed */
  constructor(smoothing = 0, most = 400) {
    this.smoothing = smoothing;
    this.most = most;
  }

  get last(): number {
    return this.smoothed;
  }

  push(step: number, value: number): void {
    const before = this.smoothed;
    this.smoothed = Number.isFinite(before) ? this.smoothing * before + (1 - this.smoothing) * value : value;
    if (this.waiting++ % this.stride !== 0) return;
    this.steps.push(step);
    this.values.push(this.smoothed);
    if (this.steps.length <= this.most) return;
    this.stride *= 2;
    this.waiting = 1;
    halve(this.steps);
    halve(this.values);
  }
}

/** Leaves every second one, from the first. */
export function halve(list: unknown[]): void {
  let kept = 0;
  for (let i = 0; i < list.length; i += 2) list[kept++] = list[i];
  list.length = kept;
}
