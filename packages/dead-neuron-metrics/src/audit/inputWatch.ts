import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelInput } from './batches';

/** Looks at what goes into the model: verdicts on input that is constant or not finite say little about the network. */
export class InputWatch {
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private values = 0;
  private nonFinite = 0;

  /** Reads one batch; its tensors stay the caller's. */
  async add(xs: ModelInput): Promise<void> {
    const tensors = 'dataId' in xs ? [xs as Tensor] : (Object.values(xs) as Tensor[]);
    for (const tensor of tensors) {
      if (tensor.dtype === 'string') continue;
      const values = (await tensor.data()) as ArrayLike<number>;
      this.values += values.length;
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (!Number.isFinite(value)) this.nonFinite++;
        else {
          if (value < this.min) this.min = value;
          if (value > this.max) this.max = value;
        }
      }
    }
  }

  /** The advice of a report with what the input adds to it: broken values come first, as all that is not finite does. */
  addTo(advice: readonly string[]): string[] {
    const sentences = [...advice];
    if (this.nonFinite > 0)
      sentences.unshift(
        `${this.nonFinite} of ${this.values} input values are NaN or infinite: mend the data first; the verdicts are about broken input.`,
      );
    // One value alone can't vary.
    if (this.min === this.max && this.values > 1)
      sentences.push(
        `Every input value is ${this.min}: a channel that is silent on constant input may fire on real data. Audit real samples.`,
      );
    return sentences;
  }
}
