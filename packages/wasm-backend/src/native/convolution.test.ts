import { createRandom, type Random } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, expectTensorClose, maxRelativeToLargest } from '@tooling/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

interface Case {
  n: number;
  h: number;
  w: number;
  ci: number;
  co: number;
  kh: number;
  kw: number;
  strides: [number, number];
  dilations: [number, number];
  pad: 'same' | 'valid' | number;
}

const cases = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 11 }),
    w: fc.integer({ min: 1, max: 11 }),
    ci: fc.integer({ min: 1, max: 11 }),
    co: fc.integer({ min: 1, max: 19 }),
    kh: fc.integer({ min: 1, max: 5 }),
    kw: fc.integer({ min: 1, max: 5 }),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    pad: fc.constantFrom<Case['pad']>('same', 'valid', 0, 1, 2),
  })
  .filter(({ h, w, kh, kw, dilations, pad }) => {
    const around = pad === 'same' ? 99 : pad === 'valid' ? 0 : 2 * pad;
    return (kh - 1) * dilations[0] < h + around && (kw - 1) * dilations[1] < w + around;
  });

const shapeOf = (c: Case) => {
  const { n, h, w, ci, co, kh, kw, strides, dilations, pad } = c;
  return tf.backend_util.computeConv2DInfo([n, h, w, ci], [kh, kw, ci, co], strides, dilations, pad, undefined);
};

const normals = (random: Random, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.normal());

/** The convolution and both its gradients in float64, by the definition. */
function reference(c: Case, x: Float32Array, w: Float32Array, dy: Float32Array) {
  const { outHeight, outWidth, padInfo } = shapeOf(c);
  const [dx, dw, y] = [new Float64Array(x.length), new Float64Array(w.length), new Float64Array(dy.length)];
  for (let n = 0; n < c.n; n++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (let ky = 0; ky < c.kh; ky++)
          for (let kx = 0; kx < c.kw; kx++) {
            const iy = oy * c.strides[0] + ky * c.dilations[0] - padInfo.top;
            const ix = ox * c.strides[1] + kx * c.dilations[1] - padInfo.left;
            if (iy < 0 || ix < 0 || iy >= c.h || ix >= c.w) continue;
            for (let i = 0; i < c.ci; i++)
              for (let o = 0; o < c.co; o++) {
                const [at, tap] = [((n * c.h + iy) * c.w + ix) * c.ci + i, ((ky * c.kw + kx) * c.ci + i) * c.co + o];
                const out = ((n * outHeight + oy) * outWidth + ox) * c.co + o;
                const d = dy[out]!;
                y[out]! += x[at]! * w[tap]!;
                dx[at]! += d * w[tap]!;
                dw[tap]! += d * x[at]!;
              }
          }
  return { dx, dw, y };
}

function run(c: Case, x: Float32Array, w: Float32Array, dy: Float32Array, options: { grow?: boolean } = {}) {
  const { inShape, filterShape, outShape } = shapeOf(c);
  const attrs = { strides: c.strides, pad: c.pad, dataFormat: 'NHWC', dilations: c.dilations } as never;
  return fenced(() => {
    const [tx, tw, tdy] = [tf.tensor(x, inShape), tf.tensor(w, filterShape), tf.tensor(dy, outShape)];
    const inputs = { dy: tdy, filter: tw };
    const dx = tf.engine().runKernel('Conv2DBackpropInput', inputs, Object.assign({ inputShape: inShape }, attrs));
    const withShape = Object.assign({ filterShape }, attrs);
    const dw = tf.engine().runKernel('Conv2DBackpropFilter', { x: tx, dy: tdy }, withShape);
    const y = tf.engine().runKernel('Conv2D', { x: tx, filter: tw }, attrs);
    const [ty, tdx, tdw] = [y as tf.Tensor, dx as tf.Tensor, dw as tf.Tensor];
    const values = { dx: tdx.dataSync(), dw: tdw.dataSync(), y: ty.dataSync() };
    tf.dispose([tx, tw, tdy, tdx, tdw, ty]);
    return values;
  }, options);
}

function check(c: Case, seed: string, tolerance = 2e-6): void {
  const random = createRandom(seed);
  const [x, w] = [normals(random, c.n * c.h * c.w * c.ci), normals(random, c.kh * c.kw * c.ci * c.co)];
  const dy = normals(random, tf.util.sizeFromShape(shapeOf(c).outShape));
  const [actual, expected] = [run(c, x, w, dy), reference(c, x, w, dy)];
  expect(maxRelativeToLargest(actual.dx, expected.dx)).toBeLessThan(tolerance);
  expect(maxRelativeToLargest(actual.dw, expected.dw)).toBeLessThan(tolerance);
  expect(maxRelativeToLargest(actual.y, expected.y)).toBeLessThan(tolerance);
}

const plain: Case = { n: 2, h: 7, w: 6, ci: 3, co: 5, kh: 3, kw: 3, strides: [1, 1], dilations: [1, 1], pad: 'same' };

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test('the convolution and both gradients agree with float64 over random shapes, strides, dilations and paddings', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => check(c, JSON.stringify(c))),
      { numRuns: 150, seed: 6 },
    );
  });

  test.each<[string, Partial<Case>]>([
    ['one channel in, 5 × 5', { n: 9, h: 14, w: 14, ci: 1, co: 8, kh: 5, kw: 5 }],
    ['more steps than one block', { n: 3, h: 20, w: 20, ci: 2, co: 9, kh: 1, kw: 1 }],
    ['1 × 1, tiles of the filter whole', { n: 3, h: 15, w: 16, ci: 12, co: 24, kh: 1, kw: 1 }],
    ['1 × 1, tiles of the filter in part', { n: 3, h: 9, w: 15, ci: 6, co: 20, kh: 1, kw: 1 }],
    ['1 × 1 with many channels', { n: 1, h: 5, w: 5, ci: 132, co: 520, kh: 1, kw: 1 }],
    ['1 × 1 with zeros around the image', { n: 2, h: 5, w: 6, ci: 4, co: 8, kh: 1, kw: 1, pad: 1 }],
    ['more channels than one block', { n: 1, h: 4, w: 4, ci: 70, co: 260 }],
    ['many small images in one group', { n: 70, h: 3, w: 3, ci: 4, co: 4 }],
    ['a stride beyond the kernel', { kh: 1, kw: 2, strides: [3, 3], pad: 'valid' }],
  ])('%s', (_, c) => check({ ...plain, ...c }, 'fixed'));

  test.each<Partial<Case>>([
    { n: 3, h: 8, w: 8, ci: 8, co: 8 },
    { n: 2, h: 9, w: 11, ci: 12, co: 20 },
    { n: 2, h: 10, w: 13, ci: 8, co: 12, pad: 'valid' },
    { n: 2, h: 7, w: 8, ci: 16, co: 8, pad: 2 },
    { n: 40, h: 6, w: 6, ci: 8, co: 16 },
    { n: 1, h: 14, w: 14, ci: 68, co: 72 },
    { n: 3, h: 8, w: 8, ci: 8, co: 8, kh: 5, kw: 5 },
    { n: 2, h: 9, w: 11, ci: 12, co: 20, kh: 5, kw: 5 },
    { n: 2, h: 10, w: 13, ci: 8, co: 12, kh: 5, kw: 5, pad: 'valid' },
    { n: 2, h: 7, w: 8, ci: 16, co: 8, kh: 5, kw: 5, pad: 3 },
    { n: 30, h: 6, w: 6, ci: 8, co: 16, kh: 5, kw: 5 },
    // Fewer tiles of dy than of dx: the input gradient as an adjoint.
    { n: 9, h: 10, w: 10, ci: 8, co: 16, pad: 'valid' },
    { n: 8, h: 9, w: 14, ci: 12, co: 20, pad: 'valid' },
    { n: 11, h: 5, w: 13, ci: 20, co: 8, pad: 'same' },
    { n: 40, h: 6, w: 18, ci: 8, co: 12, pad: 0 },
  ])('Winograd: %j', (c) => check({ ...plain, ...c }, JSON.stringify(c), 2e-5));

  test('Winograd over random shapes and paddings', async () => {
    const fours = fc.integer({ min: 2, max: 6 }).map((k) => 4 * k);
    const extent = fc.integer({ min: 4, max: 14 });
    const pad = fc.constantFrom<Case['pad']>('same', 'valid', 1, 2);
    const n = fc.constantFrom(1, 2, 5, 9);
    const shapes = fc.record({ n, h: extent, w: extent, ci: fours, co: fours, kh: fc.constantFrom(3, 5), pad });
    const fits = ({ h, w, kh, pad }: { h: number; w: number; kh: number; pad: Case['pad'] }): boolean =>
      pad === 'same' || Math.min(h, w) + 2 * (pad === 'valid' ? 0 : pad) >= kh;
    const property = async (c: Partial<Case> & { kh: number }): Promise<void> =>
      check({ ...plain, ...c, kw: c.kh }, JSON.stringify(c), 2e-5);
    await fc.assert(fc.asyncProperty(shapes.filter(fits), property), { numRuns: 50, seed: 8 });
  });

  test('the same, bit for bit, again and with a heap that grows in mid-step; nothing leaks', async () => {
    const random = createRandom('again');
    const c: Case = { ...plain, n: 5, h: 9, w: 9, strides: [2, 1] };
    const [x, w] = [normals(random, 5 * 81 * 3), normals(random, 135)];
    const dy = normals(random, tf.util.sizeFromShape(shapeOf(c).outShape));
    const once = run(c, x, w, dy);
    await expectNoLeak(() => expect(run(c, x, w, dy)).toEqual(once));
    expect(run(c, x, w, dy, { grow: true })).toEqual(once);
  });

  test('NaN and infinity reach the input pixels that they touch, no others, and the filter', () => {
    const c: Case = { ...plain, n: 1, h: 6, w: 6, ci: 1, co: 1 };
    const dy = new Float32Array(36).fill(1);
    dy[0] = Number.NaN;
    dy[35] = Number.POSITIVE_INFINITY;
    const { dx, dw } = run(c, new Float32Array(36).fill(1), new Float32Array(9).fill(1), dy);
    const touched = [0, 1, 6, 7];
    dx.forEach((value, i) => {
      expect(Number.isNaN(value)).toBe(touched.includes(i));
      expect(value === Number.POSITIVE_INFINITY).toBe(touched.includes(35 - i));
    });
    expect(Number.isNaN(dw[8])).toBe(true);
  });

  test('fused with bias and activation', () => {
    tf.tidy(() => {
      const random = createRandom('fused');
      const x = tf.tensor(normals(random, 2 * 25 * 3), [2, 5, 5, 3]) as tf.Tensor4D;
      const filter = tf.tensor(normals(random, 81 * 2), [3, 3, 3, 6]) as tf.Tensor4D;
      const bias = tf.tensor1d([1, -1, 2, -2, 0, 3]);
      const plainOutput = tf.add(tf.conv2d(x, filter, 1, 'same'), bias);
      const fuse = (activation: 'linear' | 'relu' | 'elu' | 'leakyrelu' | 'sigmoid'): tf.Tensor =>
        tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation, leakyreluAlpha: 0.25 });
      const close = { relative: 1e-5, absolute: 1e-5 };
      expectTensorClose(fuse('linear'), plainOutput, close);
      expectTensorClose(fuse('relu'), tf.relu(plainOutput), close);
      expectTensorClose(fuse('elu'), tf.elu(plainOutput), close);
      expectTensorClose(fuse('leakyrelu'), tf.leakyRelu(plainOutput, 0.25), close);
      expectTensorClose(fuse('sigmoid'), tf.sigmoid(plainOutput), close);
    });
  });

  test('no images give a zero filter gradient and an empty input gradient', () => {
    tf.tidy(() => {
      const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined as never };
      const [x, dy] = [tf.zeros([0, 4, 4, 2]), tf.zeros([0, 4, 4, 3])];
      const shapes = { filterShape: [3, 3, 2, 3] };
      const dw = tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, ...shapes }) as tf.Tensor;
      expect(dw.dataSync().every((value) => value === 0)).toBe(true);
    });
  });
});
