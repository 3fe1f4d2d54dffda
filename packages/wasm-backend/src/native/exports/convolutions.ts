/** Images at `x` and where they lie in the zeroed, larger ones at `padded` (0: read them in place). */
export type Placement = [
  x: number,
  h: number,
  w: number,
  channels: number,
  top: number,
  left: number,
  hp: number,
  wp: number,
  padded: number,
];

/** Winograd tiles `first` to `last` of tilesY × tilesX per image, by chunks. */
export type TileRange = [tilesY: number, tilesX: number, first: number, last: number, chunk: number];

/** Addresses of filter, input and product planes, each with the distance between two planes. */
export type Planes = [u: number, planeU: number, v: number, planeV: number, m: number, planeM: number];

/** A depthwise convolution, channels last, with k outputs per channel. */
export type DepthwiseShape = [
  n: number,
  h: number,
  w: number,
  ci: number,
  k: number,
  kh: number,
  kw: number,
  sh: number,
  sw: number,
  dh: number,
  dw: number,
  top: number,
  left: number,
  ho: number,
  wo: number,
];

/** Convolutions, direct, by Winograd and depthwise; addresses are bytes on the shared heap, counts are elements. */
export interface ConvolutionExports {
  convolve(
    ...args: [
      ...Placement,
      first: number,
      last: number,
      group: number,
      rowsA: number,
      rowsC: number,
      m: number,
      steps: number,
      k: number,
      block: number,
      b: number,
      n: number,
      y: number,
      imageBytesY: number,
      bias: number,
      relu: boolean,
      tile: number,
      best: number,
      nonFinite: number,
    ]
  ): void;
  filterGradient(
    ...args: [
      ...Placement,
      first: number,
      last: number,
      group: number,
      taps: number,
      m: number,
      rowsC: number,
      pixels: number,
      pixelsPerImage: number,
      block: number,
      dy: number,
      n: number,
      dw: number,
      packed: number,
      tile: number,
    ]
  ): void;
  transformFilter(
    ...args: [points: number, w: number, ci: number, co: number, panels: number, plane: number, temp: number]
  ): void;
  transformFilterGradient(
    ...args: [points: number, u: number, plane: number, ci: number, co: number, dw: number, temp: number]
  ): void;
  winogradConvolve(
    ...args: [
      points: number,
      x: number,
      h: number,
      w: number,
      ci: number,
      top: number,
      left: number,
      ho: number,
      wo: number,
      co: number,
      ...TileRange,
      ...Planes,
      y: number,
      bias: number,
      relu: boolean,
      scratch: number,
      best: number,
      nonFinite: number,
    ]
  ): void;
  winogradInputGradient(
    ...args: [
      dy: number,
      ho: number,
      wo: number,
      co: number,
      top: number,
      left: number,
      height: number,
      width: number,
      ci: number,
      ...TileRange,
      ...Planes,
      dx: number,
      scratch: number,
      output: number,
      sums: number,
    ]
  ): void;
  winogradFilterGradient(
    ...args: [
      points: number,
      x: number,
      h: number,
      w: number,
      ci: number,
      top: number,
      left: number,
      dy: number,
      ho: number,
      wo: number,
      co: number,
      ...TileRange,
      ...Planes,
      scratch: number,
    ]
  ): void;
  depthwise(x: number, w: number, y: number, ...shape: DepthwiseShape): void;
  depthwiseFilterGradient(x: number, dy: number, dw: number, ...shape: DepthwiseShape): void;
  depthwiseInputGradient(dy: number, weights: number, dx: number, ...shape: DepthwiseShape): void;
  transposeTaps(w: number, taps: number, count: number, ci: number, co: number, out: number): void;
}
