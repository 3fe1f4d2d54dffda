import { startWasm } from '@relumine/wasm-backend';
import {
  add,
  dispose,
  grad,
  grads,
  greater,
  maximum,
  minimum,
  mul,
  onesLike,
  reshape,
  square,
  sum,
  type Tensor,
  tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { golden, number } from '@tooling/goldens';
import { expectNoLeak, expectTensorClose, useBackend } from '@tooling/testing';
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crelu, glu, prelu, rrelu } from '../index';

type Num = number | string;
interface Case {
  id: string;
  name: string;
  params: { dim?: number; weight?: number[] };
  shape: number[];
  layout?: string;
  x: Num[];
  cotangent: Num[];
  f64: { y: Num[]; dx: Num[]; dweight?: Num[] };
}

const cases = golden<{ cases: Case[] }>('activations').cases.filter(({ id }) => /^(GLU|PReLU)@/.test(id));
const leftovers: Tensor[] = [];
afterEach(() => dispose(leftovers.splice(0)));

describe.each([
  ['cpu', () => useBackend('cpu') as Promise<unknown>],
  ['wasm', () => startWasm() as Promise<unknown>],
])('%s', (_, start) => {
  beforeEach(async () => {
    await start();
  });

  test.each(cases.filter(({ name }) => name === 'GLU'))('$id', ({ params, shape, x, cotangent, f64 }) => {
    const z = tensor(x.map(number), shape);
    const y = glu(z, { axis: params.dim! });
    const dy = tensor(cotangent.map(number), y.shape);
    const dx = grad((one: Tensor) => sum(mul(glu(one, { axis: params.dim! }), dy)))(z);
    leftovers.push(z, y, dy, dx);
    expectTensorClose(y, f64.y.map(number), { relative: 1e-6, absolute: 1e-12 });
    expectTensorClose(dx, f64.dx.map(number), { relative: 1e-6, absolute: 2e-7 });
  });

  test('PReLU with a slope for each channel, against PyTorch', () => {
    const found = cases.filter(({ name, shape }) => name === 'PReLU' && shape.length === 2);
    expect(found.length).toBe(1);
    for (const { params, shape, x, cotangent, f64 } of found) {
      const [z, alpha, dy] = [
        tensor(x.map(number), shape),
        tensor(params.weight!),
        tensor(cotangent.map(number), shape),
      ];
      const y = prelu(z, alpha);
      const [dx, dalpha] = grads((a: Tensor, b: Tensor) => sum(mul(prelu(a, b), dy)))([z, alpha]) as [Tensor, Tensor];
      leftovers.push(z, alpha, dy, y, dx, dalpha);
      expectTensorClose(y, f64.y.map(number), { relative: 1e-6, absolute: 1e-12 });
      expectTensorClose(dx, f64.dx.map(number), { relative: 1e-6, absolute: 2e-7 });
      expectTensorClose(dalpha, f64.dweight!.map(number), { relative: 2e-6, absolute: 2e-7 });
    }
  });

  test.each([[[3, 1, 1]], [[1, 2, 1]], [[3, 1, 4]], [[2, 1, 1, 1]], [[1, 1, 4]], [[2, 4]], [[1]]])(
    'PReLU with slopes of shape %j, each at its place',
    (shape) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const z = tensor(
        [...new Array(48).keys()].map((i) => (i % 5) - 3),
        [2, 3, 2, 4],
      );
      const alpha = tensor(
        [...new Array(count).keys()].map((i) => (i + 1) / 8),
        shape,
      );
      const [everywhere, below] = [add(zerosLike(z), alpha), minimum(z, 0)];
      const y = prelu(z, alpha);
      const [dx, dalpha] = grads((a: Tensor, b: Tensor) => sum(prelu(a, b)))([z, alpha]) as [Tensor, Tensor];
      const expected = [add(maximum(z, 0), mul(everywhere, below)), where(greater(z, 0), onesLike(z), everywhere)];
      const rank = z.rank - shape.length;
      const shared = [...z.shape.keys()].filter((axis) => axis < rank || shape[axis - rank] === 1);
      const slopes = reshape(sum(below, shared), shape);
      leftovers.push(z, alpha, everywhere, below, y, dx, dalpha, ...expected, slopes);
      expect(y.arraySync()).toEqual(expected[0]!.arraySync());
      expect(dx.arraySync()).toEqual(expected[1]!.arraySync());
      expect(dalpha.arraySync()).toEqual(slopes.arraySync());
    },
  );

  test('PReLU can be differentiated twice, by its input and by its slopes', async () => {
    const [z, alpha, weights] = [tensor([-1, 2, -3, 0.5], [2, 2]), tensor([0.25, 0.5]), tensor([2, 3, 5, 7], [2, 2])];
    leftovers.push(z, alpha, weights);
    // Σ w (∂L/∂z) and Σ (∂L/∂a), of L = Σ prelu(z, a)².
    const slope = (a: Tensor, b: Tensor): Tensor[] => grads((c: Tensor, d: Tensor) => sum(square(prelu(c, d))))([a, b]);
    await expectNoLeak(() => {
      tidy(() => {
        const byInput = grads((a: Tensor, b: Tensor) => sum(mul(slope(a, b)[0]!, weights)))([z, alpha]);
        expect(byInput[0]!.dataSync()).toEqual(Float32Array.of(2 * 2 * 0.0625, 2 * 3, 2 * 5 * 0.0625, 2 * 7));
        expect(byInput[1]!.dataSync()).toEqual(Float32Array.of(4 * 0.25 * (-1 * 2 + -3 * 5), 0));
        const bySlope = grads((a: Tensor, b: Tensor) => sum(slope(a, b)[1]!))([z, alpha]);
        expect(bySlope[0]!.dataSync()).toEqual(Float32Array.of(4 * 0.25 * -1, 0, 4 * 0.25 * -3, 0));
        expect(bySlope[1]!.dataSync()).toEqual(Float32Array.of(2 * (1 + 9), 0));
      });
    });
  });

  test('crelu doubles the channels; each pair shares x and −x, forward and backward', () => {
    const z = tensor([
      [-1, 2],
      [3, -4],
    ]);
    const y = crelu(z);
    const weights = tensor([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    const dx = grad((one: Tensor) => sum(mul(crelu(one), weights)))(z);
    leftovers.push(z, y, weights, dx);
    expect(y.arraySync()).toEqual([
      [0, 2, 1, 0],
      [3, 0, 0, 4],
    ]);
    expect(dx.arraySync()).toEqual([
      [-3, 2],
      [5, -8],
    ]);
  });

  test('rrelu draws a slope for each value within its bounds, the same for the same seed, and their mean at inference', () => {
    const z = tensor(new Array<number>(4000).fill(-1), [40, 100]);
    const options = { training: true, seed: 5 };
    const [a, b, c] = [rrelu(z, options), rrelu(z, options), rrelu(z, { ...options, seed: 6 })];
    const dx = grad((one: Tensor) => sum(rrelu(one, options)))(z);
    const still = rrelu(z);
    leftovers.push(z, a, b, c, dx, still);
    const slopes = Array.from(a.dataSync(), (value) => -value);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(Math.fround(1 / 8));
    expect(Math.max(...slopes)).toBeLessThanOrEqual(Math.fround(1 / 3));
    expect(slopes.reduce((total, slope) => total + slope, 0) / 4000).toBeCloseTo(11 / 48, 2);
    expect(b.dataSync()).toEqual(a.dataSync());
    expect(c.dataSync()).not.toEqual(a.dataSync());
    expect(Array.from(dx.dataSync())).toEqual(slopes);
    expect(new Set(still.dataSync())).toEqual(new Set([Math.fround(-11 / 48)]));
  });
});
