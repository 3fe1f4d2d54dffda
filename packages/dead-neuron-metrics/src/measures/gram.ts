import { decodeNumber, encodeNumber, type JsonNumber, type LayerRank } from '@relumine/core';
import { symmetricEigenvalues } from './symmetricEigenvalues';

/** How many directions the activations of a layer span. */
export interface ActivationRank {
  /** `exp(−Σ p ln p)` with `p = σ / Σσ`: 1 to channels; 0 for a layer that is all zero. */
  effective: number;
  /** `Σσ² / max σ²`; 0 for a layer that is all zero. */
  stable: number;
}

/** Adds Aᵀ A of A = float32[rows, channels] to `gram`, in float64. */
export function addGram(gram: Float64Array, values: ArrayLike<number>, channels: number): void {
  for (let row = 0; row < values.length; row += channels)
    for (let i = 0; i < channels; i++) {
      const a = values[row + i]!;
      if (a === 0) continue;
      for (let j = i; j < channels; j++) gram[i * channels + j]! += a * values[row + j]!;
    }
}

/** The upper triangle of Aᵀ A as a report holds it, row after row. */
function packGram(gram: Float64Array, channels: number): JsonNumber[] {
  const packed: JsonNumber[] = [];
  for (let i = 0; i < channels; i++)
    for (let j = i; j < channels; j++) packed.push(encodeNumber(gram[i * channels + j]!));
  return packed;
}

/** The rank of the rows of two reports together, from the sums of products that both hold. */
export function mergeRanks(a: LayerRank, b: LayerRank, channels: number): LayerRank | undefined {
  const { gram: other } = b;
  if (!a.gram || !other) return undefined;
  const sums = a.gram.map((value, i) => decodeNumber(value) + decodeNumber(other[i]!));
  const gram = new Float64Array(channels * channels);
  let at = 0;
  for (let i = 0; i < channels; i++) for (let j = i; j < channels; j++) gram[i * channels + j] = sums[at++]!;
  return layerRank(gram, channels);
}

/** What a report says of a layer's rank, from the upper triangle of Aᵀ A. */
export function layerRank(gram: Float64Array, channels: number): LayerRank {
  const { effective, stable } = rankOfGram(gram, channels);
  return { effective: encodeNumber(effective), stable: encodeNumber(stable), gram: packGram(gram, channels) };
}

/** The ranks of A from the upper triangle of Aᵀ A; NaN where A held NaN or infinities. */
export function rankOfGram(upper: Float64Array, channels: number): ActivationRank {
  if (!upper.every(Number.isFinite)) return { effective: Number.NaN, stable: Number.NaN };
  const gram = upper.slice();
  for (let i = 0; i < channels; i++) for (let j = 0; j < i; j++) gram[i * channels + j] = gram[j * channels + i]!;
  const eigenvalues = symmetricEigenvalues(gram, channels);
  const largest = Math.max(...eigenvalues);
  if (largest <= 0) return { effective: 0, stable: 0 };
  // Squares of singular values; what rounding left of a 0 would weigh √ε in the sum of the σ.
  const squares = eigenvalues.filter((value) => value > 1e-13 * channels * largest);
  const sigma = squares.map(Math.sqrt);
  const total = sigma.reduce((sum, value) => sum + value, 0);
  const entropy = sigma.reduce((sum, value) => sum - (value / total) * Math.log(value / total), 0);
  return { effective: Math.exp(entropy), stable: squares.reduce((sum, value) => sum + value, 0) / largest };
}
