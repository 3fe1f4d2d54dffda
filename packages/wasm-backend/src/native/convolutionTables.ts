/** A 2-D convolution, channels last: h × w × ci → ho × wo × co. */
export interface ConvolutionShape {
  n: number;
  h: number;
  w: number;
  ci: number;
  kh: number;
  kw: number;
  /** Strides. */
  sh: number;
  sw: number;
  /** Dilations. */
  dh: number;
  dw: number;
  /** Padding before the first row and column; what is needed behind the last follows from ho and wo. */
  top: number;
  left: number;
  ho: number;
  wo: number;
  co: number;
}

/** Where images lie inside larger, zero-bordered ones; `inPlace` where no border is needed. */
export interface Frame {
  top: number;
  left: number;
  hp: number;
  wp: number;
  inPlace: boolean;
}

/** Byte offsets of the rows and steps of one product of the form `Σ_k A[rows[row] + steps[k]] · B[k, col]`. */
export interface ProductTables {
  rowsA: Uint32Array;
  rowsC: Uint32Array;
  /** Rows per image. */
  m: number;
  steps: Uint32Array;
}

/** Images that are worked on together: enough rows to fill the tiles, few enough bytes to stay in the cache. */
export function imagesPerGroup(n: number, rowsPerImage: number, bytesPerImage: number): number {
  const wanted = Math.ceil(768 / Math.max(1, rowsPerImage));
  const fitting = Math.floor(262144 / Math.max(1, bytesPerImage));
  return Math.max(1, Math.min(n, wanted, fitting));
}

/** The frame in which every tap of every output pixel reads inside the image. */
export function inputFrame(shape: ConvolutionShape): Frame {
  const { h, w, kh, kw, sh, sw, dh, dw, top, left, ho, wo } = shape;
  const hp = Math.max(top + h, (ho - 1) * sh + (kh - 1) * dh + 1);
  const wp = Math.max(left + w, (wo - 1) * sw + (kw - 1) * dw + 1);
  return { top, left, hp, wp, inPlace: hp === h && wp === w };
}

/** Output pixels of `group` images, as offsets into the framed input. */
export function pixelOffsets(shape: ConvolutionShape, frame: Frame, group: number): Uint32Array {
  const { ci, sh, sw, ho, wo } = shape;
  const offsets = new Uint32Array(group * ho * wo);
  let at = 0;
  for (let g = 0; g < group; g++) {
    for (let y = 0; y < ho; y++) {
      const row = (g * frame.hp + y * sh) * frame.wp;
      for (let x = 0; x < wo; x++) offsets[at++] = (row + x * sw) * ci * 4;
    }
  }
  return offsets;
}

/** Taps (ky, kx, channel) of the filter, as offsets into the framed input. */
export function tapOffsets(shape: ConvolutionShape, frame: Frame): Uint32Array {
  const { ci, kh, kw, dh, dw } = shape;
  const offsets = new Uint32Array(kh * kw * ci);
  let at = 0;
  for (let ky = 0; ky < kh; ky++) {
    for (let kx = 0; kx < kw; kx++) {
      for (let c = 0; c < ci; c++) offsets[at++] = ((ky * dh * frame.wp + kx * dw) * ci + c) * 4;
    }
  }
  return offsets;
}

/** `count` rows, each `bytes` long. */
export function contiguousRows(count: number, bytes: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let i = 0; i < count; i++) rows[i] = i * bytes;
  return rows;
}

/** The input pixels of equal remainders by the strides: they are reached by the same taps of the filter. */
export interface Phase {
  tables: ProductTables;
  /** Indices ky · kw + kx of the taps that reach the phase. */
  taps: Uint32Array;
}

/** For one axis: output index and tap offsets of every input index, by remainder. */
function axisPhases(size: number, kernel: number, stride: number, dilation: number, before: number) {
  return Array.from({ length: Math.min(stride, size) }, (_, start) => {
    const remainder = (start + before) % stride;
    const taps: { tap: number; step: number }[] = [];
    for (let tap = 0; tap < kernel; tap++) {
      const distance = remainder - tap * dilation;
      if (distance % stride === 0) taps.push({ tap, step: distance / stride });
    }
    const positions: { index: number; output: number }[] = [];
    for (let index = start; index < size; index += stride) {
      positions.push({ index, output: Math.floor((index + before) / stride) });
    }
    return { taps, positions };
  });
}

/** The frame around dy, and one product per phase, that together give the gradient of the input. */
export function inputGradientPhases(shape: ConvolutionShape): {
  frame: Frame;
  phases: Phase[];
  group: number;
} {
  const { n, h, w, ci, kh, kw, sh, sw, dh, dw, top, left, ho, wo, co } = shape;
  const [rows, columns] = [axisPhases(h, kh, sh, dh, top), axisPhases(w, kw, sw, dw, left)];
  const before = (phases: typeof rows): number =>
    Math.max(
      0,
      ...phases.flatMap(({ taps, positions }) => taps.map(({ step }) => -step - (positions[0]?.output ?? 0))),
    );
  const extent = (phases: typeof rows): number =>
    Math.max(0, ...phases.flatMap(({ positions }) => positions.map(({ output }) => output + 1)));
  const [frameTop, frameLeft] = [before(rows), before(columns)];
  const hp = frameTop + Math.max(ho, extent(rows));
  const wp = frameLeft + Math.max(wo, extent(columns));
  const frame: Frame = { top: frameTop, left: frameLeft, hp, wp, inPlace: hp === ho && wp === wo };
  const group = imagesPerGroup(n, Math.ceil((h * w) / (sh * sw)), hp * wp * co * 4);
  const phases: Phase[] = [];
  for (const row of rows) {
    for (const column of columns) {
      if (row.taps.length === 0 || column.taps.length === 0) continue;
      const m = row.positions.length * column.positions.length;
      const rowsA = new Uint32Array(m * group);
      const rowsC = new Uint32Array(m * group);
      let at = 0;
      for (let g = 0; g < group; g++) {
        for (const y of row.positions) {
          for (const x of column.positions) {
            rowsA[at] = ((g * hp + y.output + frameTop) * wp + x.output + frameLeft) * co * 4;
            rowsC[at++] = ((g * h + y.index) * w + x.index) * ci * 4;
          }
        }
      }
      const taps = row.taps.flatMap((y) =>
        column.taps.map((x) => ({ index: y.tap * kw + x.tap, y: y.step, x: x.step })),
      );
      const steps = new Uint32Array(taps.length * co);
      at = 0;
      // Negative distances wrap around and back again when they are added to an address.
      for (const tap of taps) for (let c = 0; c < co; c++) steps[at++] = ((tap.y * wp + tap.x) * co + c) * 4;
      phases.push({ tables: { rowsA, rowsC, m, steps }, taps: Uint32Array.from(taps, ({ index }) => index) });
    }
  }
  return { frame, phases, group };
}
