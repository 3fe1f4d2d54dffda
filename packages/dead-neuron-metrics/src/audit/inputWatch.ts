import { encodeNumber, type InputStatistics } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelInput } from './batches';
import { countedInput, type InputFigures } from './countedInput';

/** Sums of one input. */
class Spread {
  values = 0;
  nonFinite = 0;
  sum = 0;
  sumSquares = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  add(values: ArrayLike<number>): void {
    let { sum, sumSquares, min, max, nonFinite } = this;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value - value !== 0) {
        nonFinite++;
        continue;
      }
      sum += value;
      sumSquares += value * value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    Object.assign(this, { sum, sumSquares, min, max, nonFinite, values: this.values + values.length });
  }

  /** Adds values that are all finite. */
  addFigures({ values, sum, sumSquares, min, max }: InputFigures): void {
    this.values += values;
    this.sum += sum;
    this.sumSquares += sumSquares;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }
}

/** Looks at what goes into the model: verdicts on input that is constant or not finite say little about the network. */
export class InputWatch {
  private readonly spreads = new Map<string, Spread>();
  private readonly names: () => readonly string[] | undefined;

  /** @param names the model's inputs, in order; a Sequential model knows them from its first forward pass on */
  constructor(names: () => readonly string[] | undefined) {
    this.names = names;
  }

  /** Reads one batch; its tensors stay the caller's. */
  async add(xs: ModelInput): Promise<void> {
    const names = this.names() ?? [];
    const tensors: [string, Tensor][] =
      'dataId' in xs
        ? [[names[0] ?? 'input', xs as Tensor]]
        : Array.isArray(xs)
          ? xs.map((tensor, i) => [names[i] ?? `input ${i}`, tensor])
          : Object.entries(xs as Record<string, Tensor>);
    for (const [name, tensor] of tensors) {
      if (tensor.dtype === 'string') continue;
      const spread = this.spreads.get(name) ?? new Spread();
      this.spreads.set(name, spread);
      const figures = countedInput(tensor);
      if (figures) spread.addFigures(figures);
      else spread.add((await tensor.data()) as ArrayLike<number>);
    }
  }

  statistics(): InputStatistics[] {
    return [...this.spreads].map(([name, { values, nonFinite, sum, sumSquares, min, max }]) => ({
      name,
      values,
      nonFinite,
      sum: encodeNumber(sum),
      sumSquares: encodeNumber(sumSquares),
      min: encodeNumber(min),
      max: encodeNumber(max),
    }));
  }

  /** The advice of a report with what the input adds to it: broken values come first, as all that is not finite does. */
  addTo(advice: readonly string[]): string[] {
    const spreads = [...this.spreads.values()];
    const [nonFinite, values] = [
      spreads.reduce((sum, one) => sum + one.nonFinite, 0),
      spreads.reduce((sum, one) => sum + one.values, 0),
    ];
    const [min, max] = [Math.min(...spreads.map((one) => one.min)), Math.max(...spreads.map((one) => one.max))];
    const sentences = [...advice];
    if (nonFinite > 0)
      sentences.unshift(
        `${nonFinite} of ${values} input values are NaN or infinite: mend the data first; the verdicts are about broken input.`,
      );
    // One value alone can't vary.
    if (min === max && values > 1)
      sentences.push(
        `Every input value is ${min}: a channel that is silent on constant input may fire on real data. Audit real samples.`,
      );
    return sentences;
  }
}
