import '@tensorflow/tfjs-layers';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, maxRelativeToLargest } from '@tooling/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

const cases = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 9 }),
    w: fc.integer({ min: 1, max: 9 }),
    ci: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(21)),
    k: fc.integer({ min: 1, max: 3 }),
    kh: fc.integer({ min: 1, max: 4 }),
    kw: fc.integer({ min: 1, max: 4 }),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    pad: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1),
  })
  .filter(({ h, w, kh, kw, dilations, pad }) => {
    const around = pad === 'same' ? 99 : pad === 'valid' ? 0 : 2;
    return (kh - 1) * dilations[0] < h + around && (kw - 1) * dilations[1] < w + around;
  });

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

async function check(c: Case): Promise<void> {
  const random = createRandom(JSON.stringify(c));
  const normals = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal());
  const [inputShape, filterShape] = [[c.n, c.h, c.w, c.ci] as const, [c.kh, c.kw, c.ci, c.k] as const];
  const shapes = [[...inputShape], [...filterShape]] as [
    [number, number, number, number],
    [number, number, number, number],
  ];
  const info = tf.backend_util.computeConv2DInfo(...shapes, c.strides, c.dilations, c.pad, undefined, true);
  const [x, w] = [normals(c.n * c.h * c.w * c.ci), normals(c.kh * c.kw * c.ci * c.k)];
  const dy = normals(tf.util.sizeFromShape(info.outShape));
  const [y, dx, dw] = [new Float64Array(dy.length), new Float64Array(x.length), new Float64Array(w.length)];
  let at = 0;
  for (let n = 0; n < c.n; n++)
    for (let oy = 0; oy < info.outHeight; oy++)
      for (let ox = 0; ox < info.outWidth; ox++)
        for (let i = 0; i < c.ci; i++)
          for (let q = 0; q < c.k; q++, at++)
            for (let ky = 0; ky < c.kh; ky++)
              for (let kx = 0; kx < c.kw; kx++) {
                const iy = oy * c.strides[0] + ky * c.dilations[0] - info.padInfo.top;
                const ix = ox * c.strides[1] + kx * c.dilations[1] - info.padInfo.left;
                if (iy < 0 || ix < 0 || iy >= c.h || ix >= c.w) continue;
                const [from, tap] = [((n * c.h + iy) * c.w + ix) * c.ci + i, ((ky * c.kw + kx) * c.ci + i) * c.k + q];
                y[at]! += x[from]! * w[tap]!;
                dx[from]! += dy[at]! * w[tap]!;
                dw[tap]! += dy[at]! * x[from]!;
              }
  await expectNoLeak(() => {
    fenced(() => {
      const [tx, tw] = [tf.tensor(x, shapes[0]), tf.tensor(w, shapes[1])];
      const tdy = tf.tensor(dy, info.outShape);
      const attrs = { strides: c.strides, dilations: c.dilations, pad: c.pad };
      const run = (name: string, inputs: Record<string, tf.Tensor>, more: object): tf.Tensor =>
        tf.engine().runKernel(name, inputs, { ...attrs, ...more } as never) as tf.Tensor;
      const tdw = run('DepthwiseConv2dNativeBackpropFilter', { x: tx, dy: tdy }, { filterShape: shapes[1] });
      const tdx = run('DepthwiseConv2dNativeBackpropInput', { dy: tdy, filter: tw }, { inputShape: shapes[0] });
      expect(maxRelativeToLargest(tdw.dataSync(), dw)).toBeLessThan(2e-6);
      expect(maxRelativeToLargest(tdx.dataSync(), dx)).toBeLessThan(2e-6);
      const ty = run('DepthwiseConv2dNative', { x: tx, filter: tw }, {});
      expect(maxRelativeToLargest(ty.dataSync(), y)).toBeLessThan(2e-6);
      tf.dispose([tx, tw, tdy, tdw, tdx, ty]);
    });
  });
}

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test('the depthwise convolution and both gradients agree with float64 over random shapes', async () => {
    await fc.assert(fc.asyncProperty(cases, check), { numRuns: 120, seed: 11 });
  });

  test('fused with bias and activation; NaN stays where it touches', () => {
    tf.tidy(() => {
      const random = createRandom('fused depthwise');
      const draw = (shape: number[]): tf.Tensor =>
        tf.tensor(
          Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
          shape,
        );
      const [x, filter, bias] = [draw([2, 6, 5, 4]), draw([1, 3, 4, 2]), draw([8])];
      const [images, taps] = [x as tf.Tensor4D, filter as tf.Tensor4D];
      const options = { x: images, filter: taps, strides: 2, pad: 'same' as const, bias: bias as tf.Tensor1D };
      const fused = tf.fused.depthwiseConv2d({ ...options, activation: 'relu6' });
      const steps = tf.relu6(tf.add(tf.depthwiseConv2d(images, taps, 2, 'same'), bias));
      expect(maxRelativeToLargest(fused.dataSync(), steps.dataSync())).toBeLessThan(1e-6);
      const holed = tf.tensor4d([Number.NaN, 1, 1, 1, 1, 1], [1, 1, 6, 1]);
      const y = tf.depthwiseConv2d(holed, tf.ones([1, 2, 1, 1]) as tf.Tensor4D, 1, 'valid');
      expect([...y.dataSync()]).toEqual([Number.NaN, 2, 2, 2, 2]);
    });
  });

  test('segment sums: repeated, missing and foreign ids; the gradient of gather', async () => {
    await expectNoLeak(() => {
      tf.tidy(() => {
        const x = tf.tensor2d(
          Float32Array.from({ length: 35 }, (_, i) => i),
          [7, 5],
        );
        const ids = tf.tensor1d([2, 0, 2, -1, 4, 9, 2], 'int32');
        const sums = fenced(() => tf.unsortedSegmentSum(x, ids, 5));
        const row = (...rows: number[]): number[] =>
          Array.from({ length: 5 }, (_, j) => rows.reduce((sum, r) => sum + r * 5 + j, 0));
        expect([...sums.dataSync()]).toEqual([...row(1), ...row(), ...row(0, 2, 6), ...row(), ...row(4)]);
        const indices = tf.tensor1d([1, 1, 0], 'int32');
        const gathered = tf.grad((t) => tf.sum(tf.gather(t, indices)))(tf.ones([3, 2]));
        expect([...gathered.dataSync()]).toEqual([1, 1, 2, 2, 0, 0]);
      });
    });
  });
});
