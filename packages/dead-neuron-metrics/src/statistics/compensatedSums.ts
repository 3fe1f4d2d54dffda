/** Running sums in float64 with Neumaier's compensation: the order of additions does not show. */
export class CompensatedSums {
  readonly sums: Float64Array;
  private readonly lost: Float64Array;

  constructor(length: number) {
    this.sums = new Float64Array(length);
    this.lost = new Float64Array(length);
  }

  add(index: number, value: number): void {
    const sum = this.sums[index]!;
    const next = sum + value;
    // Infinite sums have nothing to compensate (∞ − ∞ would be NaN).
    if (Number.isFinite(next))
      this.lost[index]! += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    this.sums[index] = next;
  }

  /** The sums with what rounding lost added back. */
  values(): number[] {
    return Array.from(this.sums, (sum, i) => sum + this.lost[i]!);
  }
}
