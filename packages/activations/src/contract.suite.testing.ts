import { dispose, grad, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { golden, number } from '@tooling/goldens';
import { countTensors, expectTensorClose } from '@tooling/testing';
// Brings the gradients of stock operations, which the tests' own losses need.
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { functions, limits, sweep, type TorchParams } from './contract.testing';
import { definitions, scalarOf } from './definitions';
import { activation, activationNames } from './index';

type Num = number | string | null;
interface Case {
  id: string;
  name: string;
  params: TorchParams;
  x?: Num[];
  exact?: Num[];
  f64: { y: Num[]; dydx: Num[] };
}

const file = golden<{ x: Num[]; cases: Case[] }>('activations');
const x = file.x.map(number);
const cases = file.cases.filter((one) => functions[one.name] && !one.x && (one.params.weight?.length ?? 1) === 1);

/** Where results are subnormal, neighbours are this far apart, which is all that a relative error can be held against. */
const subnormal = 2 ** -149;

const leftovers: Tensor[] = [];
afterEach(() => dispose(leftovers.splice(0)));

/** The contract that every activation keeps, on each backend. */
export function contract(backends: [name: string, start: () => Promise<unknown>][]): void {
  test('every case of the golden file but the joined and the broadcast ones is run', () => {
    const left = new Set(file.cases.filter((one) => !cases.includes(one)).map(({ name }) => name));
    expect([...left].sort()).toEqual(['GLU', 'LogSoftmax', 'PReLU', 'Softmax']);
  });

  describe.each(backends)('%s', (_, start) => {
    beforeEach(async () => {
      await start();
    });

    test.each(cases)('$id: 60-digit values, and gradients', ({ name, params, exact, f64 }) => {
      const z = tensor1d(x);
      const f = functions[name]!(params);
      const y = f(z);
      const dx = grad((one: Tensor) => sum(f(one)))(z);
      leftovers.push(z, y, dx);
      // Where no 60-digit value was computed (beyond 1e4), PyTorch's float64; NaN stays NaN, which PyTorch may hide.
      const wanted = (what: 'y' | 'dydx', given: (i: number) => Num): number[] =>
        x.map((at, i) => {
          if (Number.isNaN(at)) return Number.NaN;
          const limit = Math.abs(at) === Number.POSITIVE_INFINITY ? limits[name]?.[what] : undefined;
          return limit ? limit[at < 0 ? 0 : 1] : number(given(i)!);
        });
      expectTensorClose(
        y,
        wanted('y', (i) => exact?.[i] ?? f64.y[i]!),
        { relative: 1e-6, absolute: subnormal },
      );
      expectTensorClose(
        dx,
        wanted('dydx', (i) => f64.dydx[i]!),
        { relative: 1e-6, absolute: 2e-7 },
      );
    });

    const pointwiseNames = [...definitions.keys()];

    test.each(pointwiseNames)('%s over a dense sweep of float32, subnormals included', (name) => {
      const at = sweep();
      const z = tensor1d(at);
      const { f, derivative } = scalarOf(definitions.get(name)!);
      const own = activation(name);
      const [y, dx] = [own.apply(z), own.derivative(z)];
      leftovers.push(z, y, dx);
      expectTensorClose(
        y,
        Array.from(at, (value) => Math.fround(f(value))),
        { relative: 1e-6, absolute: subnormal },
      );
      expectTensorClose(dx, Array.from(at, derivative), { relative: 1e-6, absolute: 2e-7 });
    });

    test.each(pointwiseNames)('the second derivative of %s is the slope of the first', (name) => {
      const at = [-7.3, -2.9, -1.7, -0.8, -0.3, 0.2, 0.7, 1.4, 2.6, 4.4, 9.1];
      const z = tensor1d(at);
      const first = grad((one: Tensor) => sum(activation(name).apply(one)));
      const second = grad((one: Tensor) => sum(first(one)))(z);
      const { derivative } = scalarOf(definitions.get(name)!);
      const h = 1e-4;
      const expected = at.map((value) => (derivative(value + h) - derivative(value - h)) / (2 * h));
      leftovers.push(z, second);
      expectTensorClose(second, expected, { relative: 2e-5, absolute: 1e-6 });
    });

    // 0 / 0 has the sign bit on x86, literals have not.
    test.each([0x7fc00000, 0xffc00000])('NaN in, NaN out, forward and backward (bits %i); nothing leaks', (bits) => {
      const withNaN = (...others: number[]): Float32Array => {
        const values = Float32Array.from([0, ...others]);
        new Uint32Array(values.buffer)[0] = bits;
        return values;
      };
      const z = tensor1d(withNaN(1));
      const pairs = tensor1d(withNaN(1, 2, 3));
      const before = countTensors();
      for (const name of activationNames) {
        const input = name === 'glu' ? pairs : z;
        const f = activation(name);
        const y = f.apply(input);
        const dx = grad((one: Tensor) => sum(f.apply(one)))(input);
        expect([name, y.dataSync()[0]]).toEqual([name, Number.NaN]);
        // glu is linear in its first half: there, the slope is that of the other half.
        expect([name, [...dx.dataSync()].some(Number.isNaN)]).toEqual([name, true]);
        dispose([y, dx]);
      }
      const wide = activation('softplus', { beta: 0.7 }).apply(z);
      expect(wide.dataSync()[0]).toBe(Number.NaN);
      wide.dispose();
      expect(countTensors()).toEqual(before);
      dispose([z, pairs]);
    });

    test('empty tensors stay empty', () => {
      const empty = tensor1d([]);
      leftovers.push(empty);
      for (const name of definitions.keys()) {
        const y = activation(name).apply(empty);
        leftovers.push(y);
        expect([name, y.shape, y.dtype]).toEqual([name, [0], 'float32']);
      }
    });
  });
}
