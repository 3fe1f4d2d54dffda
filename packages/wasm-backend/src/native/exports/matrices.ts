/** Matrix products and sums. */
export interface MatrixExports {
  multiply(
    ...args: [
      a: number,
      rowsA: number,
      m: number,
      steps: number,
      k: number,
      b: number,
      n: number,
      c: number,
      rowsC: number,
      columnBytes: number,
      add: boolean,
      tile: number,
    ]
  ): void;
  packRows(b: number, k: number, n: number, rowBytes: number, out: number): void;
  packColumns(b: number, k: number, n: number, columnBytes: number, out: number): void;
  matrixProduct(
    ...args: [
      a: number,
      rowBytes: number,
      stepBytes: number,
      m: number,
      k: number,
      block: number,
      b: number,
      rowBytesB: number,
      columnBytesB: number,
      n: number,
      c: number,
      rowBytesC: number,
      columnBytes: number,
      panels: number,
      room: number,
      tile: number,
      last: number,
    ]
  ): void;
  outerProducts(a: number, m: number, b: number, n: number, k: number, c: number): void;
  finishRows(c: number, bias: number, rows: number, columns: number, relu: boolean): void;
  addInto(to: number, from: number, n: number): void;
  imageSums(x: number, images: number, rows: number, columns: number, sums: number): void;
  sumMiddle(x: number, outer: number, middle: number, inner: number, out: number, divisor: number): void;
  sumColumns(x: number, rows: number, columns: number, rowBytes: number, out: number, divisor: number): void;
  softmaxCrossEntropy(z: number, labels: number, p: number, parts: number, rows: number, classes: number): void;
  softmaxCrossEntropyGrad(dy: number, p: number, labels: number, dz: number, rows: number, classes: number): void;
  segmentSum(x: number, ids: number, rows: number, size: number, segments: number, out: number): void;
  spread(x: number, outer: number, middle: number, inner: number, scale: number, out: number): void;
  zero(address: number, bytes: number): void;
}
