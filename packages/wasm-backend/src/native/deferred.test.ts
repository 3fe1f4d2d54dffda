import { activationLivenessKernel, createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerGradients } from '../gradients/registerGradients';
import type { WasmBackend } from './heap';
import { builds, fenced, startNative } from './support.testing';

interface Case {
  n: number;
  size: number;
  ci: number;
  co: number;
  taps: number;
  stride: number;
  pad: 'same' | 'valid';
}

const plain: Case = { n: 2, size: 9, ci: 8, co: 12, taps: 3, stride: 1, pad: 'same' };

function tensors({ n, size, ci, co, taps }: Case, seed: string) {
  const random = createRandom(seed);
  const draw = (shape: [number, number, number, number]): tf.Tensor4D =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    ) as tf.Tensor4D;
  return { x: draw([n, size, size, ci]), w: draw([taps, taps, ci, co]), b: tf.squeeze(draw([1, 1, 1, co]), [0, 1, 2]) };
}

type Tensors = ReturnType<typeof tensors>;
type Layer = (t: Tensors, c: Case) => tf.Tensor;

const convolve = ({ x, w }: Tensors, { stride, pad }: Case): tf.Tensor4D => tf.conv2d(x, w, stride, pad);
const apart: Layer = (t, c) => tf.relu(tf.add(convolve(t, c), t.b));

/** What `look` sees while the gradient of a sum by x, w and b is recorded, and the gradients. */
function recorded(t: Tensors, look: (t: Tensors) => tf.Tensor): Float32Array[] {
  const { value, grads } = tf.valueAndGrads((x, w, b) => tf.sum(tf.square(look({ x, w, b } as Tensors))) as tf.Scalar)([
    t.x,
    t.w,
    t.b,
  ]);
  return [value, ...grads].map((tensor) => tensor.dataSync().slice() as Float32Array);
}

const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync().slice() as Float32Array;
const backend = (): WasmBackend => tf.backend() as unknown as WasmBackend;

const cases = fc.record({
  n: fc.constantFrom(1, 3, 9),
  size: fc.integer({ min: 3, max: 13 }),
  ci: fc.constantFrom(1, 4, 8, 12),
  co: fc.constantFrom(1, 3, 8, 12, 16),
  taps: fc.constantFrom(1, 3, 5),
  stride: fc.constantFrom(1, 2),
  pad: fc.constantFrom<Case['pad']>('same', 'valid'),
});

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => {
    registerGradients();
    return startNative(relaxedSimd);
  });

  test('convolution, bias and relu in one pass are the three, bit for bit, and so are the gradients', async () => {
    const property = async (c: Case): Promise<void> =>
      fenced(() =>
        tf.tidy(() => {
          const t = tensors(c, JSON.stringify(c));
          const seen: Float32Array[] = [];
          const gradients = recorded(t, (inside) => {
            const h = apart(inside, c);
            seen.push(read(h));
            return h;
          });
          const z = tf.add(convolve(t, c), t.b);
          const h = tf.relu(z);
          expect(seen[0]).toEqual(read(h));
          const dz = tf.mul(tf.mul(h, 2), tf.step(z)) as tf.Tensor4D;
          const attrs = { strides: c.stride, pad: c.pad, dataFormat: 'NHWC' };
          const run = (name: string, inputs: tf.NamedTensorMap, more: object): tf.Tensor =>
            tf.engine().runKernel(name, inputs, { ...attrs, ...more } as never) as tf.Tensor;
          const expected = [
            tf.sum(tf.square(h)),
            run('Conv2DBackpropInput', { dy: dz, filter: t.w }, { inputShape: t.x.shape }),
            run('Conv2DBackpropFilter', { x: t.x, dy: dz }, { filterShape: t.w.shape }),
            tf.sum(dz, [0, 1, 2]),
          ];
          expect(gradients).toEqual(expected.map(read));
        }),
      );
    await fc.assert(
      fc.asyncProperty(
        cases.filter(({ size, taps, pad }) => pad === 'same' || size >= taps),
        property,
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  test.each<[string, Layer]>([
    [
      'the fused operation',
      ({ x, w, b }, c) => tf.fused.conv2d({ x, filter: w, bias: b, strides: 1, pad: c.pad, activation: 'relu' }),
    ],
    [
      'a linear one, then relu',
      ({ x, w, b }, c) => tf.relu(tf.fused.conv2d({ x, filter: w, bias: b, strides: 1, pad: c.pad })),
    ],
    ['bias [1, 1, 1, channels]', (t, c) => tf.relu(tf.add(convolve(t, c), tf.reshape(t.b, [1, 1, 1, -1])))],
    ['bias first', (t, c) => tf.relu(tf.add(t.b, convolve(t, c)))],
    ['by clones and shapes', (t, c) => tf.relu(tf.clone(tf.reshape(tf.add(tf.clone(convolve(t, c)), t.b), [2, -1])))],
    [
      'another last axis',
      (t, c) => tf.relu(tf.add(tf.reshape(convolve(t, c), [-1, 3]), tf.reshape(tf.slice(t.b, 0, 3), [3]))),
    ],
    ['two biases', (t, c) => tf.sub(tf.relu(tf.add(tf.add(convolve(t, c), t.b), t.b)), t.b)],
  ])('%s: what the separate passes give', (_, layer) => {
    tf.tidy(() => {
      const t = tensors(plain, 'forms');
      const seen: Float32Array[] = [];
      recorded(t, (inside) => {
        const h = layer(inside, plain);
        seen.push(read(h));
        return h;
      });
      expect(seen[0]).toEqual(read(layer(t, plain)));
    });
  });

  test.each([
    [5, 'before'],
    [6, 'after'],
  ] as const)('whoever looks at what lies between finds it (images of %i pixels: %s the relu)', (size, order) => {
    tf.tidy(() => {
      // A shape of its own for each: a convolution that was read twice waits no more.
      const c = { ...plain, size };
      const t = tensors(c, order);
      const [y, z, h] = [convolve(t, c), tf.add(convolve(t, c), t.b), apart(t, c)].map(read);
      const seen: Float32Array[] = [];
      recorded(t, (inside) => {
        const made = convolve(inside, c);
        const sum = tf.add(made, inside.b);
        if (order === 'before') seen.push(read(made), read(sum));
        const out = tf.relu(sum);
        if (order === 'after') seen.push(read(made), read(sum));
        seen.push(read(out));
        return out;
      });
      expect(seen).toEqual([y, z, h]);
      // From now on this shape is computed when it is called.
      recorded(t, (inside) => {
        seen.push(read(apart(inside, c)));
        return apart(inside, c);
      });
      expect(seen[3]).toEqual(h);
    });
  });

  test('what is read later is kept until then, though its tensors are gone', () => {
    tf.tidy(() => {
      const t = tensors({ ...plain, size: 7 }, 'gone');
      const expected = read(apart(t, plain));
      let seen: Float32Array | undefined;
      const late = tf.customGrad((x) => {
        // No gradient is recorded in here, so that nobody else keeps the inputs.
        const inputs = [x, t.w, t.b].map((tensor) => tf.mul(tensor as tf.Tensor, 1)) as [
          tf.Tensor4D,
          tf.Tensor4D,
          tf.Tensor1D,
        ];
        const z = tf.add(tf.conv2d(inputs[0], inputs[1], 1, 'same'), inputs[2]);
        tf.dispose(inputs);
        // What is free is soon written over.
        for (const { shape } of inputs) for (let i = 1; i < 3; i++) tf.fill(shape, i);
        const value = tf.relu(z);
        seen = read(value);
        return { value: tf.sum(value), gradFunc: () => tf.zerosLike(t.x) };
      });
      tf.grad((x) => late(x))(t.x);
      expect(seen).toEqual(expected);
    });
  });

  test('the heap grows while a value is computed: stock kernels find it all the same', () => {
    const t = tensors({ ...plain, size: 12 }, 'growth');
    const expected = read(tf.concat([convolve(t, plain), t.x], 3));
    fenced(
      () =>
        tf.tidy(() => {
          tf.grad((x) => {
            const part = tf.concat([tf.conv2d(x as tf.Tensor4D, t.w, 1, 'same'), t.x], 3);
            expect(read(part)).toEqual(expected);
            return tf.sum(part);
          })(t.x);
        }),
      { grow: true },
    );
  });

  test('nothing leaks: tensors, data, and all blocks of the heap are freed', async () => {
    const t = tensors(plain, 'leak');
    const step = (): void => {
      tf.tidy(() => {
        recorded(t, (inside) => apart(inside, plain));
      });
      // Outputs that nobody reads, disposed in any order.
      tf.tidy(() => {
        tf.grad((x) => {
          const y = tf.conv2d(x as tf.Tensor4D, t.w, 1, 'same');
          const z = tf.add(y, t.b);
          y.dispose();
          const other = tf.relu(z);
          z.dispose();
          other.dispose();
          return tf.sum(x);
        })(t.x);
      });
    };
    step();
    const { wasm } = backend();
    const { _malloc: malloc, _free: free } = wasm;
    const used = new Set<number>();
    wasm._malloc = (bytes) => {
      const address = malloc(bytes);
      used.add(address >>> 0);
      return address;
    };
    wasm._free = (address) => {
      used.delete(address >>> 0);
      free(address);
    };
    try {
      await expectNoLeak(() => {
        for (let i = 0; i < 5; i++) step();
      });
    } finally {
      wasm._malloc = malloc;
      wasm._free = free;
    }
    expect(used.size).toBe(0);
    tf.dispose([t.x, t.w, t.b]);
  });

  test('NaN and −0 go through, nothing gives exactly the bias, and no images give none', () => {
    tf.tidy(() => {
      const t = tensors(plain, 'NaN');
      const values = new Float32Array(t.x.size);
      values[0] = Number.NaN;
      const x = tf.tensor(values, t.x.shape) as tf.Tensor4D;
      const seen: Float32Array[] = [];
      recorded({ ...t, x }, (inside) => {
        const h = apart(inside, plain);
        seen.push(read(h));
        return h;
      });
      expect(seen[0]).toEqual(read(apart({ ...t, x }, plain)));
      expect(seen[0]!.slice(0, 12).every(Number.isNaN)).toBe(true);
      expect(seen[0]!.slice(-12)).toEqual(read(tf.relu(t.b)));
      const none = tf.zeros([0, 9, 9, 8]) as tf.Tensor4D;
      expect(recorded({ ...t, x: none }, (inside) => apart(inside, plain))[2]).toEqual(new Float32Array(t.w.size));
    });
  });

  test.each([
    ['Winograd', { n: 9, size: 9, ci: 8, co: 12, taps: 3 }],
    ['many tiles', { n: 20, size: 18, ci: 8, co: 8, taps: 3 }],
    ['direct', { n: 5, size: 9, ci: 1, co: 6, taps: 3 }],
    ['1 × 1', { n: 5, size: 8, ci: 4, co: 8, taps: 1 }],
  ])('%s: watched in the same pass, an activation tells what its own pass over z tells', (_, shape) => {
    const infinity = Number.POSITIVE_INFINITY;
    for (const own of [
      { name: 'relu', params: {}, low: 0, apply: true },
      { name: 'elu', params: { alpha: 1 }, low: Math.log(1e-3), apply: true },
      { name: 'leakyRelu', params: { negativeSlope: 0.1 }, low: -infinity, apply: true },
      { name: 'prelu', params: {}, low: -infinity, apply: false },
    ])
      tf.tidy(() => {
        const c = { ...plain, ...shape };
        const t = tensors(c, 'watched');
        const bias = read(t.b);
        bias.set([Number.NaN, -1e3, infinity, -infinity]);
        const b = tf.tensor1d(bias);
        const watch = (x: tf.Tensor4D): Float32Array[] => {
          const units = [c.size, c.size, c.co];
          const [best, fired, nonFinite] = [tf.zeros(units), tf.zeros([0], 'int32'), tf.zeros([c.co], 'int32')];
          const attrs = { ...own, epsilon: 0, high: infinity };
          const outputs = [true, false].flatMap((fresh) => {
            const z = tf.fused.conv2d({ x: fresh ? x : tf.neg(x), filter: t.w, bias: b, strides: 1, pad: 'same' });
            const inputs = { x: z, best, fired, nonFinite };
            const attributes = { ...attrs, fresh } as unknown as tf.NamedAttrMap;
            return tf.engine().runKernel(activationLivenessKernel, inputs, attributes) as unknown as tf.Tensor[];
          });
          return [...outputs, best, nonFinite].map(read);
        };
        let seen: Float32Array[] | undefined;
        tf.grad((x) => {
          seen = watch(x as tf.Tensor4D);
          return tf.sum(x);
        })(t.x);
        const expected = watch(t.x);
        expect(seen).toEqual(expected);
        expect(expected.length).toBe(own.apply ? 8 : 6);
        // Two calls' values of the channels of NaN, ∞ and −∞, and a channel whose bias leaves it nothing above 0.
        const all = 2 * c.n * c.size ** 2;
        expect(Array.from(expected.at(-1)!.subarray(0, 4))).toEqual([all, 0, all, all]);
        expect(expected[0]![1]).toBe(own.low === -infinity ? 0 : c.size ** 2);
      });
  });

  test('an error while a value is computed comes to the one who reads, again and again, and nothing leaks', async () => {
    const t = tensors({ ...plain, size: 8 }, 'error');
    const { wasm } = backend();
    const malloc = wasm._malloc;
    await expectNoLeak(() => {
      tf.tidy(() => {
        tf.grads((x) => {
          const z = tf.add(tf.conv2d(x as tf.Tensor4D, t.w, 1, 'same'), t.b);
          wasm._malloc = () => {
            throw new RangeError('no room');
          };
          try {
            expect(() => z.dataSync()).toThrow('no room');
            expect(() => tf.relu(z)).toThrow('no room');
          } finally {
            wasm._malloc = malloc;
          }
          expect(read(tf.relu(z))).toEqual(read(apart(t, plain)));
          return tf.sum(x) as tf.Scalar;
        })([t.x]);
      });
    });
    tf.dispose([t.x, t.w, t.b]);
  });

  test('another backend gets the values; a profile sees the kernels one by one', async () => {
    const t = tensors({ ...plain, size: 10 }, 'other');
    const [y, h] = tf.tidy(() => [read(convolve(t, plain)), read(apart(t, plain))]);
    let waiting: tf.Tensor | undefined;
    tf.tidy(() =>
      tf.grads((x) => {
        waiting = tf.keep(tf.conv2d(x as tf.Tensor4D, t.w, 1, 'same'));
        return tf.sum(x) as tf.Scalar;
      })([t.x]),
    );
    await tf.setBackend('cpu');
    const same = tf.add(waiting!, 0);
    expect(read(same)).toEqual(y);
    await tf.setBackend('wasm');
    let seen: Float32Array | undefined;
    const { kernels } = await tf.profile(() =>
      tf.tidy(() => {
        tf.grads((x) => {
          const out = tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, t.w, 1, 'same'), t.b));
          seen = read(out);
          return tf.sum(out) as tf.Scalar;
        })([t.x]);
        return [];
      }),
    );
    expect(kernels.map(({ name }) => name)).toEqual(expect.arrayContaining(['Conv2D', 'Add', 'Relu']));
    expect(seen).toEqual(h);
    tf.dispose([t.x, t.w, t.b, waiting!, same]);
  });

  test('the relu is gone before its gradient is asked for, and gradients of gradients', () => {
    tf.tidy(() => {
      const c = { ...plain, size: 11 };
      const t = tensors(c, 'second');
      const gradient = (layer: Layer) => (x: tf.Tensor) =>
        tf.grad((input) => tf.sum(tf.square(layer({ ...t, x: input as tf.Tensor4D }, c))))(x);
      const early: Layer = (inside, shape) => {
        const h = apart(inside, shape);
        const copy = tf.add(h, 0);
        h.dispose();
        return copy;
      };
      expect(read(gradient(early)(t.x))).toEqual(read(gradient(apart)(t.x)));
      const second = tf.grad((x) => tf.sum(tf.square(gradient(apart)(x))))(t.x);
      // L = |relu(K x + b)|² is quadratic where no sign changes: d|∇L|²/dx = 2 H ∇L, and H v = (∇L(x + εv) − ∇L(x)) / ε.
      const slope = gradient(apart)(t.x);
      const product = tf.grad((x) => tf.sum(tf.mul(gradient(apart)(x), slope)))(t.x);
      const difference = read(tf.max(tf.abs(tf.sub(second, tf.mul(product, 2)))))[0]!;
      expect(difference).toBeLessThan(1e-4 * read(tf.max(tf.abs(second)))[0]!);
      expect(difference).toBeGreaterThanOrEqual(0);
    });
  });
});
