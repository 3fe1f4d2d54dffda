import {
  abs,
  add,
  dispose,
  keep,
  mean,
  mul,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { ActivatedSpace } from '../channels/activatedSpaces';
import type { ChannelStructure } from '../channels/spaces';
import { outgoingMagnitude } from './contribution';

/** What a training step's own forward pass showed of a layer: means over batch and positions, float32[channels]. */
interface Activity {
  readonly magnitude: Tensor1D;
  readonly value: Tensor1D;
}

/**
 * The running utility of each channel behind one activation: u ← η u + (1 − η) · mean|h| · Σ|w_out|, the running mean of
 * h, and its age in steps.
 */
export class UnitTraces {
  readonly unit: ActivatedSpace;
  readonly ages: Float64Array;
  private readonly structure: ChannelStructure;
  private readonly decay: number;
  private utility: Tensor1D;
  private value: Tensor1D;
  private activity: Activity | undefined;
  /** Channels that are due for replacement, with the fraction that is not yet a whole one. */
  private due = 0;

  constructor(structure: ChannelStructure, unit: ActivatedSpace, decay: number) {
    this.structure = structure;
    this.unit = unit;
    this.decay = decay;
    const { size } = unit.space;
    this.ages = new Float64Array(size);
    this.utility = keep(zeros([size]) as Tensor1D);
    this.value = keep(zeros([size]) as Tensor1D);
  }

  /** Looks at h of a training step. */
  see(h: Tensor): void {
    this.forget();
    const axes = h.shape.map((_, axis) => axis).slice(0, -1);
    const [magnitude, value] = tidy(() => [mean(abs(h), axes), mean(h, axes)]) as [Tensor1D, Tensor1D];
    this.activity = { magnitude: keep(magnitude), value: keep(value) };
  }

  /** Takes the step that was seen into the traces; false where none was. */
  update(): boolean {
    const { activity, decay } = this;
    if (!activity) return false;
    const [utility, value] = tidy(() => {
      const contribution = mul(activity.magnitude, outgoingMagnitude(this.structure, this.unit));
      const blend = (old: Tensor, now: Tensor): Tensor => add(mul(old, decay), mul(now, 1 - decay));
      return [blend(this.utility, contribution), blend(this.value, activity.value)];
    }) as [Tensor1D, Tensor1D];
    this.replaceTraces(utility, value);
    this.forget();
    for (let c = 0; c < this.ages.length; c++) this.ages[c]!++;
    return true;
  }

  /** How many channels are to be replaced now: `rate` of those older than `maturity` in each step, saved up to whole ones. */
  takeDue(rate: number, maturity: number): number {
    const eligible = this.ages.reduce((count, age) => count + (age > maturity ? 1 : 0), 0);
    this.due += rate * eligible;
    const whole = Math.min(Math.floor(this.due), eligible);
    this.due -= whole;
    return whole;
  }

  /** The `count` channels of least utility among those older than `maturity`, with the mean of h of each. */
  async leastUseful(count: number, maturity: number): Promise<Map<number, number>> {
    const [utility, value] = await Promise.all([this.utility.data(), this.value.data()]);
    // Averages that began at 0 are too small by this factor, more so the younger they are.
    const corrected = (trace: ArrayLike<number>, c: number): number => trace[c]! / (1 - this.decay ** this.ages[c]!);
    const eligible = [...this.ages.keys()].filter((c) => this.ages[c]! > maturity);
    const order = eligible.sort((a, b) => corrected(utility, a) - corrected(utility, b) || a - b);
    return new Map(order.slice(0, count).map((c) => [c, corrected(value, c)]));
  }

  /** Lets channels begin again: age, utility and mean 0. */
  async restart(channels: Iterable<number>): Promise<void> {
    const [utility, value] = await Promise.all([this.utility.data(), this.value.data()]);
    const [u, v] = [Float32Array.from(utility), Float32Array.from(value)];
    for (const c of channels) {
      u[c] = 0;
      v[c] = 0;
      this.ages[c] = 0;
    }
    this.replaceTraces(tensor1d(u), tensor1d(v));
  }

  dispose(): void {
    this.forget();
    dispose([this.utility, this.value]);
  }

  private replaceTraces(utility: Tensor1D, value: Tensor1D): void {
    dispose([this.utility, this.value]);
    this.utility = keep(utility);
    this.value = keep(value);
  }

  private forget(): void {
    if (this.activity) dispose([this.activity.magnitude, this.activity.value]);
    this.activity = undefined;
  }
}
