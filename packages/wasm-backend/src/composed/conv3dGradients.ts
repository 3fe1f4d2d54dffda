import { backend_util, type KernelFunc, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';

type Volume = [batch: number, depth: number, height: number, width: number, channels: number];
type FilterShape = [depth: number, height: number, width: number, inChannels: number, outChannels: number];

interface Attrs {
  strides: number | [number, number, number];
  pad: 'valid' | 'same';
}

/** The taps of one axis: for each output and tap the input that they meet, or −1 in the padding. */
function meetings(outputs: number, taps: number, inputs: number, stride: number, before: number): Int32Array {
  return Int32Array.from({ length: outputs * taps }, (_, at) => {
    const place = Math.floor(at / taps) * stride + (at % taps) - before;
    return place < inputs ? Math.max(place, -1) : -1;
  });
}

/** Calls `meet` with the pixels of input and output, and the tap, that belong together. */
function forEachMeeting(
  input: Volume,
  filter: FilterShape,
  attrs: NamedAttrMap,
  meet: (from: number, tap: number, to: number) => void,
): void {
  const { strides, pad } = attrs as unknown as Attrs;
  const info = backend_util.computeConv3DInfo(input, filter, strides, 1, pad);
  const [, inDepth, inHeight, inWidth] = input;
  const [kd, kh, kw] = filter;
  const depths = meetings(info.outDepth, kd, inDepth, info.strideDepth, info.padInfo.front);
  const rows = meetings(info.outHeight, kh, inHeight, info.strideHeight, info.padInfo.top);
  const columns = meetings(info.outWidth, kw, inWidth, info.strideWidth, info.padInfo.left);
  for (let n = 0; n < info.batchSize; n++) {
    for (const [i, d] of depths.entries()) {
      if (d < 0) continue;
      for (const [j, r] of rows.entries()) {
        if (r < 0) continue;
        const fromRow = ((n * inDepth + d) * inHeight + r) * inWidth;
        const toRow = ((n * info.outDepth + Math.floor(i / kd)) * info.outHeight + Math.floor(j / kh)) * info.outWidth;
        const taps = ((i % kd) * kh + (j % kh)) * kw;
        for (let k = 0; k < columns.length; k++) {
          if (columns[k]! >= 0) meet(fromRow + columns[k]!, taps + (k % kw), toRow + Math.floor(k / kw));
        }
      }
    }
  }
}

/** dx[n, in pixel, ci] = Σ dy[n, out pixel, co] · w[tap, ci, co]: where the stock kernel takes the channels for each other's. */
export const conv3dBackpropInput: KernelFunc = ({ inputs, backend, attrs }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const shape = attrs?.inputShape as unknown as Volume;
  const [from, weights] = [view(backend, dy), view(backend, filter)];
  const [, , , ci, co] = filter.shape as FilterShape;
  const sums = new Float64Array(shape.reduce((a, b) => a * b, 1));
  forEachMeeting(shape, filter.shape as FilterShape, attrs!, (to, tap, at) => {
    for (let i = 0; i < ci; i++) {
      const row = (tap * ci + i) * co;
      let sum = 0;
      for (let o = 0; o < co; o++) sum += from[at * co + o]! * weights[row + o]!;
      sums[to * ci + i]! += sum;
    }
  });
  return make(backend, Float32Array.from(sums), shape, 'float32');
};

/** dw[tap, ci, co] = Σ x[n, in pixel, ci] · dy[n, out pixel, co]: the stock kernel errs with strides and padding. */
export const conv3dBackpropFilter: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const shape = attrs?.filterShape as unknown as FilterShape;
  const [from, slopes] = [view(backend, x), view(backend, dy)];
  const [, , , ci, co] = shape;
  const sums = new Float64Array(shape.reduce((a, b) => a * b, 1));
  forEachMeeting(x.shape as Volume, shape, attrs!, (at, tap, to) => {
    for (let i = 0; i < ci; i++) {
      const value = from[at * ci + i]!;
      const row = (tap * ci + i) * co;
      for (let o = 0; o < co; o++) sums[row + o]! += value * slopes[to * co + o]!;
    }
  });
  return make(backend, Float32Array.from(sums), shape, 'float32');
};
