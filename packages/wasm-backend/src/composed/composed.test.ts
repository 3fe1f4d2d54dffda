import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { countTensors, maxRelativeToLargest } from '@tooling/testing';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { registerTrainingKernels } from '../index';

/** These must be the composed kernels, so this file never starts the native ones. */
beforeAll(async () => {
  await registerTrainingKernels({ kernels: 'composed' });
  await tf.setBackend('wasm');
  await tf.ready();
});

const leftovers: tf.Tensor[] = [];
afterEach(() => tf.dispose(leftovers.splice(0)));

function random(shape: number[], seed: number): Float32Array {
  const stream = createRandom(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal());
}

/** The values of a kernel on one backend. */
async function values(
  backend: string,
  name: string,
  inputs: Record<string, [Float32Array | Int32Array, number[]]>,
  attrs: object,
): Promise<Float32Array> {
  await tf.setBackend(backend);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([key, [data, shape]]) => [
      key,
      tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
  const result = tf.engine().runKernel(name, tensors, attrs as tf.NamedAttrMap) as tf.Tensor;
  const out = (await result.data()) as Float32Array;
  tf.dispose([result, ...Object.values(tensors)]);
  return out;
}

async function agree(
  name: string,
  inputs: Record<string, [Float32Array | Int32Array, number[]]>,
  attrs: object,
  tolerance = 2e-6,
): Promise<void> {
  const expected = await values('cpu', name, inputs, attrs);
  const actual = await values('wasm', name, inputs, attrs);
  expect(maxRelativeToLargest(actual, expected)).toBeLessThan(tolerance);
}

const convolutions = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 3, max: 9 }),
  width: fc.integer({ min: 3, max: 9 }),
  inChannels: fc.integer({ min: 1, max: 5 }),
  outChannels: fc.integer({ min: 1, max: 5 }),
  filterHeight: fc.integer({ min: 1, max: 3 }),
  filterWidth: fc.integer({ min: 1, max: 3 }),
  strideY: fc.integer({ min: 1, max: 3 }),
  strideX: fc.integer({ min: 1, max: 3 }),
  pad: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1),
  seed: fc.integer(),
});

/** The output shape that tfjs computes; null where the window does not fit. */
function outputShape(
  input: number[],
  filter: number[],
  strides: [number, number],
  pad: 'same' | 'valid' | number,
  dilations = 1,
  depthwise = false,
): number[] | null {
  const info = tf.backend_util.computeConv2DInfo(
    input as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations,
    pad,
    'floor',
    depthwise,
  );
  return info.outHeight < 1 || info.outWidth < 1 ? null : info.outShape;
}

describe('conv2d gradients', () => {
  test('equal those of tfjs-backend-cpu over random shapes', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async (c) => {
        const inputShape = [c.batch, c.height, c.width, c.inChannels];
        const filterShape = [c.filterHeight, c.filterWidth, c.inChannels, c.outChannels];
        const strides: [number, number] = [c.strideY, c.strideX];
        const dyShape = outputShape(inputShape, filterShape, strides, c.pad);
        fc.pre(dyShape !== null);
        const x: [Float32Array, number[]] = [random(inputShape, c.seed), inputShape];
        const dy: [Float32Array, number[]] = [random(dyShape!, c.seed + 1), dyShape!];
        const filter: [Float32Array, number[]] = [random(filterShape, c.seed + 2), filterShape];
        const attrs = { strides, pad: c.pad, dataFormat: 'NHWC', dimRoundingMode: c.pad === 1 ? 'floor' : undefined };
        await agree('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape });
        await agree('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape });
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test('with dilations equal the derivative of the definition', async () => {
    await tf.setBackend('wasm');
    for (const [strides, dilations, pad] of [
      [1, 2, 'same'],
      [1, 3, 'valid'],
    ] as const) {
      const [xs, ws] = [random([2, 9, 9, 2], 5), random([3, 3, 2, 3], 6)];
      const loss = (x: tf.Tensor4D, w: tf.Tensor4D): tf.Scalar =>
        tf.sum(tf.square(tf.conv2d(x, w, strides, pad, 'NHWC', dilations)));
      const [x, w] = [tf.tensor4d(xs, [2, 9, 9, 2]), tf.tensor4d(ws, [3, 3, 2, 3])];
      const [dx, dw] = tf.grads(loss as (...args: tf.Tensor[]) => tf.Scalar)([x, w]) as [tf.Tensor, tf.Tensor];
      leftovers.push(x, w, dx, dw);
      // Zeros between the taps turn a dilated convolution into a plain one, whose gradient the cpu backend has.
      const size = 2 * dilations + 1;
      const spread = new Float32Array(size * size * 6);
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 3; kx++)
          spread.set(
            ws.subarray((ky * 3 + kx) * 6, (ky * 3 + kx + 1) * 6),
            (ky * dilations * size + kx * dilations) * 6,
          );
      await tf.setBackend('cpu');
      const [cx, cw] = [tf.tensor4d(xs, [2, 9, 9, 2]), tf.tensor4d(spread, [size, size, 2, 3])];
      const plain = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Scalar => tf.sum(tf.square(tf.conv2d(a, b, strides, pad)));
      const [ex, ew] = tf.grads(plain as (...args: tf.Tensor[]) => tf.Scalar)([cx, cw]) as [tf.Tensor, tf.Tensor];
      const full = ew.dataSync();
      const taps = new Float32Array(54);
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 3; kx++) {
          const at = (ky * dilations * size + kx * dilations) * 6;
          taps.set(full.slice(at, at + 6), (ky * 3 + kx) * 6);
        }
      const expectedX = ex.dataSync();
      tf.dispose([cx, cw, ex, ew]);
      await tf.setBackend('wasm');
      expect(maxRelativeToLargest(dx.dataSync(), expectedX)).toBeLessThan(3e-6);
      expect(maxRelativeToLargest(dw.dataSync(), taps)).toBeLessThan(3e-6);
    }
  });

  test('with channels first equal those of tfjs-backend-cpu', async () => {
    const x: [Float32Array, number[]] = [random([2, 3, 7, 6], 1), [2, 3, 7, 6]];
    const filter: [Float32Array, number[]] = [random([3, 2, 3, 4], 2), [3, 2, 3, 4]];
    for (const [strides, pad, outHeight, outWidth] of [
      [1, 'same', 7, 6],
      [2, 'valid', 3, 3],
    ] as const) {
      const attrs = { strides: [strides, strides], pad, dataFormat: 'NCHW', dilations: [1, 1] };
      const dyShape = [2, 4, outHeight, outWidth];
      const dy: [Float32Array, number[]] = [random(dyShape, 3), dyShape];
      await agree('Conv2D', { x, filter }, attrs);
      await agree('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter[1] });
      await agree('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x[1] });
    }
  });
});

/** Σ a·b in float64. */
const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** The relative difference of two inner products that a linear map and its adjoint must make equal. */
function adjointError(left: number, right: number, scale: number): number {
  return Math.abs(left - right) / scale;
}

test('depthwise gradients are the adjoints of the forward pass', async () => {
  // tfjs-backend-cpu is no judge here: its own gradients ignore dilations.
  for (const [multiplier, stride, pad, dilation] of [
    [1, 1, 'same', 1],
    [2, 1, 'valid', 1],
    [3, 2, 'same', 1],
    [1, 1, 'same', 2],
    [2, 1, 'valid', 2],
  ] as const) {
    const [inputShape, filterShape] = [
      [2, 7, 6, 3],
      [3, 2, 3, multiplier],
    ];
    const dyShape = outputShape(inputShape, filterShape, [stride, stride], pad, dilation, true)!;
    const x: [Float32Array, number[]] = [random(inputShape, 1), inputShape];
    const dy: [Float32Array, number[]] = [random(dyShape, 2), dyShape];
    const filter: [Float32Array, number[]] = [random(filterShape, 3), filterShape];
    const attrs = { strides: [stride, stride], pad, dilations: [dilation, dilation] };
    const y = await values('wasm', 'DepthwiseConv2dNative', { x, filter }, { ...attrs, dataFormat: 'NHWC' });
    const dw = await values('wasm', 'DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape });
    const dx = await values('wasm', 'DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape });
    const scale = Math.sqrt(inner(dy[0], dy[0]) * inner(y, y));
    expect(adjointError(inner(dw, filter[0]), inner(dy[0], y), scale)).toBeLessThan(1e-6);
    expect(adjointError(inner(dx, x[0]), inner(dy[0], y), scale)).toBeLessThan(1e-6);
    if (dilation > 1) continue;
    await agree('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape });
    await agree('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape });
  }
});

describe('max-pool gradient', () => {
  const pool = async (x: number[], dy: number[]): Promise<number[]> => {
    await tf.setBackend('wasm');
    const [input, grad] = [tf.tensor4d(x, [1, 2, 2, 1]), tf.tensor4d(dy, [1, 1, 1, 1])];
    const attrs = { filterSize: 2, strides: 2, pad: 'valid' } as unknown as tf.NamedAttrMap;
    const dx = tf.engine().runKernel('MaxPoolGrad', { dy: grad, input, output: grad }, attrs) as tf.Tensor;
    leftovers.push(input, grad, dx);
    return [...dx.dataSync()];
  };

  test('goes to a maximum that is not positive', async () => {
    expect(await pool([-3, -1, -2, -4], [5])).toEqual([0, 5, 0, 0]);
    expect(await pool([0, -1, 0, -4], [5])).toEqual([5, 0, 0, 0]);
    expect(await pool([-Infinity, -Infinity, -Infinity, -Infinity], [5])).toEqual([5, 0, 0, 0]);
  });

  test('goes to the first of ties, and to a NaN', async () => {
    expect(await pool([2, 2, 2, 1], [5])).toEqual([5, 0, 0, 0]);
    expect(await pool([2, Number.NaN, 7, Number.NaN], [5])).toEqual([0, 5, 0, 0]);
  });

  test('equals that of tfjs-backend-cpu for overlapping and padded windows', async () => {
    for (const [size, stride, pad] of [
      [2, 2, 'valid'],
      [3, 2, 'same'],
      [3, 1, 'same'],
      [2, 3, 'valid'],
    ] as const) {
      const info = tf.backend_util.computePool2DInfo([2, 7, 8, 3], size, stride, 1, pad);
      const x = random([2, 7, 8, 3], size).map((v) => v - 1);
      const inputs = {
        dy: [random(info.outShape, 9), info.outShape] as [Float32Array, number[]],
        input: [x, [2, 7, 8, 3]] as [Float32Array, number[]],
        output: [random(info.outShape, 9), info.outShape] as [Float32Array, number[]],
      };
      await agree('MaxPoolGrad', inputs, { filterSize: size, strides: stride, pad }, 1e-6);
    }
  });
});

test('sums by segment equal those of tfjs-backend-cpu', async () => {
  const x: [Float32Array, number[]] = [random([7, 2, 3], 1), [7, 2, 3]];
  const segmentIds: [Int32Array, number[]] = [Int32Array.from([0, 2, 2, 4, 0, 1, 2]), [7]];
  await agree('UnsortedSegmentSum', { x, segmentIds }, { numSegments: 5 });
});

test('the gradient of nearest-neighbour resizing is the adjoint of the forward pass, for every image', async () => {
  // The kernel of tfjs-backend-cpu, like the stock one of wasm, is wrong after the first image.
  for (const alignCorners of [false, true])
    for (const size of [
      [9, 7],
      [2, 3],
    ] as const) {
      const images: [Float32Array, number[]] = [random([3, 4, 5, 2], 2), [3, 4, 5, 2]];
      const dy: [Float32Array, number[]] = [random([3, ...size, 2], 3), [3, ...size, 2]];
      const attrs = { alignCorners, halfPixelCenters: false, size };
      const y = await values('wasm', 'ResizeNearestNeighbor', { images }, attrs);
      const dx = await values('wasm', 'ResizeNearestNeighborGrad', { images, dy }, attrs);
      const scale = Math.sqrt(inner(dy[0], dy[0]) * inner(y, y));
      expect(adjointError(inner(dx, images[0]), inner(dy[0], y), scale)).toBeLessThan(1e-6);
    }
});

test('1,000 steps of a small network leave tensors, data ids and the heap as they were', async () => {
  await tf.setBackend('wasm');
  const x = tf.tensor4d(random([4, 6, 6, 1], 1), [4, 6, 6, 1]);
  const w = tf.variable(tf.tensor4d(random([3, 3, 1, 2], 2), [3, 3, 1, 2]));
  const optimizer = tf.train.sgd(1e-3);
  const step = (): void => {
    const loss = optimizer.minimize(() => {
      const pooled = tf.maxPool(tf.relu(tf.conv2d(x, w, 1, 'same') as tf.Tensor4D), 2, 2, 'valid');
      return tf.mean(tf.square(pooled)) as tf.Scalar;
    }, true);
    loss?.dispose();
  };
  for (let i = 0; i < 10; i++) step();
  const heap = (): number => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
  const before = { ...countTensors(), heap: heap() };
  for (let i = 0; i < 1000; i++) step();
  expect({ ...countTensors(), heap: heap() }).toEqual(before);
  tf.dispose([x, w]);
  optimizer.dispose();
});
