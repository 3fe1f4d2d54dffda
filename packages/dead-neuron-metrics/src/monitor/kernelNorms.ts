import { activationLivenessKernel, hasKernel } from '@relumine/core';
import { clone, keep, reshape, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Sums of squares beyond these may have lost something in float32. */
const [leastSum, mostSum] = [1e-25, 1e30];

/** Norms of the columns of float32[rows, channels]. A sum of a hundred thousand squares needs float64. */
function columnNorms(kernel: Tensor, channels: number): Float64Array {
  // The compiled sums are float64 inside; reading a million weights would take twice as long.
  if (hasKernel(activationLivenessKernel)) {
    const sums = tidy(() => sum(square(reshape(kernel, [-1, channels])), 0).dataSync());
    if (sums.every((one) => one > leastSum && one < mostSum)) return Float64Array.from(sums, Math.sqrt);
  }
  return exactColumnNorms(kernel.dataSync(), channels);
}

function exactColumnNorms(values: ArrayLike<number>, channels: number): Float64Array {
  const squares = new Float64Array(channels);
  const squareAt = (i: number): number => values[i]! * values[i]!;
  // Four rows at a time: a dense layer has a million weights.
  let at = 0;
  for (const end = values.length - 3 * channels; at < end; at += 4 * channels)
    for (let c = 0, i = at; c < channels; c++, i++)
      squares[c]! += squareAt(i) + squareAt(i + channels) + (squareAt(i + 2 * channels) + squareAt(i + 3 * channels));
  for (; at < values.length; at += channels) for (let c = 0; c < channels; c++) squares[c]! += squareAt(at + c);
  return squares.map(Math.sqrt);
}

/**
 * The norms of a kernel's channels at one moment, worked out when somebody asks: only a channel that stops firing does,
 * and those of a wide dense layer take a millisecond or more. Until then the kernel is held, not copied: optimisers
 * write their updates to fresh tensors.
 */
export class KernelNorms {
  private kernel: Tensor | undefined;
  private norms: Float64Array | undefined;
  private readonly channels: number;

  /** @param kernel float32[…, channels], of which a handle of its own is kept until `release` */
  constructor(kernel: Tensor, channels: number) {
    this.kernel = keep(clone(kernel));
    this.channels = channels;
  }

  /** Per channel: the Euclidean norm of its kernel; undefined after `release` where nobody had asked. */
  read(): Float64Array | undefined {
    if (this.kernel) this.norms ??= columnNorms(this.kernel, this.channels);
    return this.norms;
  }

  /** Lets the kernel go; norms that were read stay. */
  release(): void {
    this.kernel?.dispose();
    this.kernel = undefined;
  }
}
