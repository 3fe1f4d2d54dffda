import type { ConvolutionShape } from './convolutionTables';
import type { WasmBackend } from './heap';
import { layout, multiplyAll } from './matrixProduct';
import { kernelsOf } from './module';
import { ranges } from './shares';
import { type Part, runParts } from './threads';
import { Workspace } from './workspace';

/** Whether a convolution is one product of matrices: 1 × 1 taps, stride 1, nothing around the image. */
export function isPointwise({ kh, kw, sh, sw, h, w, ho, wo, top, left }: ConvolutionShape): boolean {
  return kh * kw * sh * sw === 1 && h === ho && w === wo && top === 0 && left === 0;
}

const pixelsOf = ({ n, ho, wo }: ConvolutionShape): number => n * ho * wo;

/** y[pixel, co] = Σ x[pixel, ci] · W[ci, co]. */
export function pointwiseConvolve(
  backend: WasmBackend,
  shape: ConvolutionShape,
  x: number,
  filter: number,
  y: number,
): void {
  const { ci, co } = shape;
  const pairs = [{ a: x, b: filter, c: y }];
  multiplyAll(backend, layout([pixelsOf(shape), ci], false), layout([ci, co], false), pairs);
}

/** dx[pixel, ci] = Σ dy[pixel, co] · W[ci, co]. */
export function pointwiseInputGradient(
  backend: WasmBackend,
  shape: ConvolutionShape,
  dy: number,
  w: number,
  dx: number,
): void {
  const { ci, co } = shape;
  const pairs = [{ a: dy, b: w, c: dx }];
  multiplyAll(backend, layout([pixelsOf(shape), co], false), layout([ci, co], true), pairs);
}

/** Whether {@link pointwiseFilterGradient} has a form for the shape: it writes whole tiles of 4 × 8. */
export const suitsPointwise = (shape: ConvolutionShape): boolean =>
  isPointwise(shape) && shape.ci % 4 === 0 && shape.co % 8 === 0;

/** dW[ci, co] = Σ x[pixel, ci] · dy[pixel, co]: both are read where they lie. */
export function pointwiseFilterGradient(
  backend: WasmBackend,
  shape: ConvolutionShape,
  x: number,
  dy: number,
  dw: number,
): void {
  const { ci, co } = shape;
  const pixels = pixelsOf(shape);
  const shares = ranges(backend, pixels, 64, 'product', pixels * ci * co);
  const work = new Workspace();
  // The first share goes straight to dw; the others are added to it in the order of the pixels.
  const others = shares.slice(1).map(() => work.reserve(ci * co * 4));
  work.run(backend, () => {
    const parts = shares.map(([first, last], i): Part => {
      const out = i === 0 ? dw : others[i - 1]!();
      return ['outerProducts', x + first * ci * 4, ci, dy + first * co * 4, co, last - first, out];
    });
    runParts(backend, parts);
    for (const other of others) kernelsOf(backend).addInto(dw, other(), ci * co);
  });
}
