/** Passes over values, one by one or channel by channel. */
export interface PointwiseExports {
  activation(op: number, x: number, y: number, n: number, a: number, b: number): void;
  activationGrad(op: number, dy: number, x: number, dx: number, n: number, a: number, b: number): void;
  activationGradSums(
    ...args: [
      op: number,
      dy: number,
      x: number,
      dx: number,
      images: number,
      rows: number,
      columns: number,
      a: number,
      b: number,
      sums: number,
    ]
  ): void;
  siluWithSlope(x: number, y: number, slope: number, n: number): void;
  prelu(x: number, alpha: number, y: number, n: number, channels: number): void;
  preluGrad(dy: number, x: number, alpha: number, dx: number, n: number, channels: number): void;
  preluAlphaGrad(dy: number, x: number, sums: number, n: number, channels: number): void;
  roundSums(sums: number, out: number, n: number): void;
  livenessFound(
    ...args: [
      best: number,
      fired: number,
      mode: number,
      low: number,
      units: number,
      channels: number,
      dead: number,
      maxZ: number,
    ]
  ): void;
  watchImages(
    ...args: [z: number, images: number, units: number, channels: number, best: number, nonFinite: number, cut: boolean]
  ): void;
  mergeWatched(
    ...args: [best: number, other: number, units: number, nonFinite: number, otherNonFinite: number, channels: number]
  ): void;
  activationLiveness(
    ...args: [
      z: number,
      h: number,
      batch: number,
      units: number,
      channels: number,
      mode: number,
      low: number,
      high: number,
      op: number,
      a: number,
      b: number,
      epsilon: number,
      strip: number,
      ones: number,
      d: number,
      best: number,
      fired: number,
      nonFinite: number,
      dead: number,
      maxZ: number,
    ]
  ): void;
  countPositions(
    ...args: [
      op: number,
      z: number,
      h: number,
      batch: number,
      positions: number,
      channels: number,
      a: number,
      b: number,
      windows: number,
      edges: number,
      tile: number,
      first: number,
      last: number,
      units: number,
      fired: number,
      bytes: number,
      base: number,
      sums: number,
    ]
  ): void;
  finishCounts(
    ...args: [
      op: number,
      z: number,
      h: number,
      batch: number,
      positions: number,
      channels: number,
      a: number,
      windows: number,
      parts: number,
      units: number,
      fired: number,
      base: number,
      counts: number,
      values: number,
    ]
  ): void;
  activationStatistics(
    ...args: [
      op: number,
      z: number,
      h: number,
      batch: number,
      positions: number,
      channels: number,
      a: number,
      b: number,
      alpha: number,
      epsilon: number,
      strip: number,
      ones: number,
      d: number,
      units: number,
      base: number,
      counts: number,
      values: number,
    ]
  ): void;
  extremum(isMin: boolean, a: number, b: number, out: number, n: number, period: number): void;
  batchNorm(
    ...args: [x: number, mean: number, factor: number, shift: number, y: number, rows: number, channels: number]
  ): void;
  batchNormGrad(
    ...args: [
      x: number,
      dy: number,
      mean: number,
      factor: number,
      dx: number,
      rows: number,
      channels: number,
      strip: number,
      sums: number,
    ]
  ): void;
  binary(op: number, a: number, b: number, out: number, n: number, period: number): void;
  binaryRows(op: number, a: number, b: number, out: number, rows: number, n: number): void;
  outputGrad(op: number, dy: number, y: number, dx: number, n: number): void;
  squareGrad(dy: number, x: number, dx: number, n: number): void;
  adam(
    ...args: [
      value: number,
      gradient: number,
      m: number,
      v: number,
      newValue: number,
      newM: number,
      newV: number,
      n: number,
      beta1: number,
      rest1: number,
      beta2: number,
      rest2: number,
      step: number,
      scaleV: number,
      epsilon: number,
      keep: number,
    ]
  ): void;
  sgd(
    ...args: [
      value: number,
      gradient: number,
      velocity: number,
      newValue: number,
      newVelocity: number,
      n: number,
      learningRate: number,
      momentum: number,
      nesterov: boolean,
      weightDecay: number,
    ]
  ): void;
}
