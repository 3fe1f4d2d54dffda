import type { Random } from '@relumine/core';
import type { Weight } from '../channels/arrays';
import { fill } from '../channels/arrays';
import type { RuledCall } from '../channels/spaces';

/** How many inputs one value of a channel is summed from. */
export function fanIn({ shape }: Weight, outputAxis: number): number {
  return shape.reduce((total, size, axis) => (axis === outputAxis ? total : total * size), 1);
}

/**
 * New incoming weights for some channels of a producer: Kaiming-normal kernels (standard deviation gain / √fanIn), zero
 * biases. All other channels keep theirs.
 */
export function freshIncoming(
  { rule }: RuledCall,
  weights: readonly Weight[],
  channels: readonly number[],
  random: Random,
  gain: number,
): Weight[] {
  return weights.map((weight, i) => {
    const { output } = rule.weights[i] ?? {};
    if (output === undefined) return weight;
    if (weight.shape.length === 1) return fill(weight, output, channels, () => 0);
    const deviation = gain / Math.sqrt(fanIn(weight, output));
    return fill(weight, output, channels, () => deviation * random.normal());
  });
}

/**
 * A carrier's weights for revived channels: batch norm starts anew (γ 1, β 0, mean 0, variance 1), a depthwise kernel is
 * drawn anew (its fan-in is its window) and its bias 0; others keep theirs.
 */
export function freshCarrier(
  { layer, rule }: RuledCall,
  weights: readonly Weight[],
  channels: readonly number[],
  random: Random,
  gain: number,
): Weight[] {
  const axisOf = (i: number): number => rule.weights[i]?.output ?? 0;
  switch (layer.getClassName()) {
    case 'BatchNormalization': {
      const ones = /(gamma|moving_variance)(_\d+)?$/;
      return weights.map((weight, i) =>
        fill(weight, axisOf(i), channels, () => (ones.test(layer.weights[i]!.originalName) ? 1 : 0)),
      );
    }
    case 'DepthwiseConv2D':
      return weights.map((weight, i) => {
        if (weight.shape.length === 1) return fill(weight, 0, channels, () => 0);
        const deviation = gain / Math.sqrt(weight.shape[0]! * weight.shape[1]!);
        return fill(weight, axisOf(i), channels, () => deviation * random.normal());
      });
    default:
      return [...weights];
  }
}
