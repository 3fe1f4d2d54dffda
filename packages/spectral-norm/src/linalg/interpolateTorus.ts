/**
 * weights[i · m + j] with which value j of m on a circle counts at point i of n, both evenly spaced: the trigonometric
 * polynomial of lowest degree through the m values. The identity for n = m.
 */
function circleWeights(n: number, m: number): Float64Array {
  const weights = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const angle = 2 * Math.PI * (i / n - j / m);
      let sum = 1;
      // Of an even number, the highest frequency is seen as a cosine alone: half on either side.
      for (let k = 1; 2 * k <= m; k++) sum += (2 * k === m ? 1 : 2) * Math.cos(k * angle);
      weights[i * m + j] = sum / m;
    }
  }
  return weights;
}

/** Values on a torus of `from` points, row by row, interpolated to a torus of `to` points. */
export function interpolateTorus(
  values: ArrayLike<number>,
  from: readonly [number, number],
  to: readonly [number, number],
): Float64Array {
  const [vertical, horizontal] = [circleWeights(to[0], from[0]), circleWeights(to[1], from[1])];
  const rows = new Float64Array(from[0] * to[1]);
  for (let i = 0; i < from[0]; i++) {
    for (let j = 0; j < to[1]; j++) {
      let sum = 0;
      for (let k = 0; k < from[1]; k++) sum += horizontal[j * from[1] + k]! * values[i * from[1] + k]!;
      rows[i * to[1] + j] = sum;
    }
  }
  const all = new Float64Array(to[0] * to[1]);
  for (let i = 0; i < to[0]; i++) {
    for (let k = 0; k < from[0]; k++) {
      const weight = vertical[i * from[0] + k]!;
      for (let j = 0; j < to[1]; j++) all[i * to[1] + j]! += weight * rows[k * to[1] + j]!;
    }
  }
  return all;
}
