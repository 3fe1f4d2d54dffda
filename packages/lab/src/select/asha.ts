/** What one run says of its candidate. */
export interface Trial {
  candidate: number;
  /** From 0. */
  seed: number;
}

export interface AshaOptions {
  candidates: number;
  reduction: number;
  firstSeeds: number;
  mostSeeds: number;
  /** Whether the two best are told apart well enough, by their scores on the same seeds. */
  isDecided(best: readonly number[], second: readonly number[]): boolean;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Asynchronous successive halving over seeds: every candidate is tried on a few; one in `reduction` of those that have ended
 * a rung goes on to the next, which has `reduction` times as many seeds, without waiting for the rest of its rung. When none
 * is left to promote, the two best go on together until they are told apart.
 *
 * @see Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning (ASHA)
 */
export class Asha {
  private readonly options: AshaOptions;
  /** Scores of each candidate by seed. */
  readonly scores: (number | undefined)[][];
  /** The highest rung that each candidate was let into. */
  readonly rungs: number[];
  private readonly waiting: Trial[] = [];
  private running = 0;
  private started = 0;
  private readonly asked: number[];

  constructor(options: AshaOptions) {
    this.options = options;
    this.scores = Array.from({ length: options.candidates }, () => []);
    this.rungs = new Array<number>(options.candidates).fill(-1);
    this.asked = new Array<number>(options.candidates).fill(0);
  }

  /** Seeds of a rung, counted from the first seed. */
  seedsOf(rung: number): number {
    const { firstSeeds, reduction, mostSeeds } = this.options;
    return Math.min(mostSeeds, firstSeeds * reduction ** rung);
  }

  /** The next trial; undefined where none is to be made before another has ended. */
  next(): Trial | undefined {
    if (this.waiting.length === 0) this.promote();
    if (this.waiting.length === 0 && this.started < this.options.candidates) this.admit(this.started++, 0);
    if (this.waiting.length === 0 && this.running === 0) this.decide();
    const trial = this.waiting.shift();
    if (trial) this.running++;
    return trial;
  }

  report({ candidate, seed }: Trial, score: number): void {
    this.running--;
    this.scores[candidate]![seed] = score;
  }

  /** Candidates from the best to the worst: higher rungs first, then by mean over the seeds of the rung. */
  ranking(): number[] {
    const known = this.rungs.flatMap((_, c) => (this.settledRung(c) >= 0 ? [c] : []));
    return known.sort((a, b) => this.settledRung(b) - this.settledRung(a) || this.score(b) - this.score(a));
  }

  private isSettled(candidate: number, rung: number): boolean {
    const scores = this.scores[candidate]!;
    const seeds = this.seedsOf(rung);
    for (let seed = 0; seed < seeds; seed++) if (scores[seed] === undefined) return false;
    return true;
  }

  private settledRung(candidate: number): number {
    let rung = this.rungs[candidate]!;
    while (rung >= 0 && !this.isSettled(candidate, rung)) rung--;
    return rung;
  }

  /** Mean over the seeds of the highest rung that is whole. */
  score(candidate: number): number {
    return mean(this.scores[candidate]!.slice(0, this.seedsOf(this.settledRung(candidate))) as number[]);
  }

  private scoreIn(candidate: number, rung: number): number {
    return mean(this.scores[candidate]!.slice(0, this.seedsOf(rung)) as number[]);
  }

  private admit(candidate: number, rung: number): void {
    this.rungs[candidate] = rung;
    for (let seed = this.asked[candidate]!; seed < this.seedsOf(rung); seed++) this.waiting.push({ candidate, seed });
    this.asked[candidate] = Math.max(this.asked[candidate]!, this.seedsOf(rung));
  }

  /** Lets the best of the highest possible rung go on. */
  private promote(): void {
    const { reduction, mostSeeds } = this.options;
    for (let rung = Math.max(...this.rungs); rung >= 0; rung--) {
      if (this.seedsOf(rung) >= mostSeeds) continue;
      const ended = this.rungs.flatMap((at, c) => (at >= rung && this.isSettled(c, rung) ? [c] : []));
      const best = ended.sort((a, b) => this.scoreIn(b, rung) - this.scoreIn(a, rung));
      const next = best.slice(0, Math.floor(ended.length / reduction)).find((c) => this.rungs[c] === rung);
      if (next === undefined) continue;
      this.admit(next, rung + 1);
      return;
    }
  }

  /** Whoever comes nearest to the best, by the mean over its own seeds, whatever their number. */
  contender(): number | undefined {
    const [, ...others] = this.ranking();
    return others.sort((a, b) => this.score(b) - this.score(a))[0];
  }

  /** The best and its contender go on until both have the same seeds and are told apart, or have all. */
  private decide(): void {
    const [best] = this.ranking();
    const second = this.contender();
    if (best === undefined || second === undefined) return;
    const [high, low] = [this.settledRung(best), this.settledRung(second)];
    const seeds = this.seedsOf(low);
    const shared = (c: number): number[] => this.scores[c]!.slice(0, seeds) as number[];
    if (this.options.isDecided(shared(best), shared(second))) return;
    if (high > low) this.admit(second, low + 1);
    else if (seeds < this.options.mostSeeds) for (const candidate of [best, second]) this.admit(candidate, high + 1);
  }
}
