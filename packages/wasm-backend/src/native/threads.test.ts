import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startWasm } from '../startWasm';
import type { WasmBackend } from './heap';
import { stopThreads, threadCount } from './threads';

/** What `use` gives; its tensors end. (`tidy` would look for tensors among all the values that it returns.) */
function inScope<T>(use: () => T): T {
  tf.engine().startScope();
  try {
    return use();
  } finally {
    tf.engine().endScope();
  }
}

/** A value of every threaded kernel, large enough to be shared out. */
function results(): Record<string, Float32Array> {
  const random = createRandom('threads');
  const draw = (shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  return inScope(() => {
    const x = draw([9, 16, 16, 24]);
    // Odd in everything, and large enough for passes to be shared out.
    const big = draw([13, 21, 23, 30]);
    const runAll = (name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): Float32Array[] => {
      const result = tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor | tf.Tensor[];
      return [result].flat().map((tensor) => tensor.dataSync() as Float32Array);
    };
    const run = (...args: Parameters<typeof runAll>): Float32Array => runAll(...args)[0]!;
    const both = (name: string, filter: tf.Tensor, strides: number): Record<string, Float32Array> => {
      const attrs = { strides, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
      const dy = draw([9, 16 / strides, 16 / strides, filter.shape[3]!]);
      const shapes = { filterShape: filter.shape, inputShape: x.shape };
      return {
        [`${name} forward`]: run('Conv2D', { x, filter }, attrs),
        [`${name} filter`]: run('Conv2DBackpropFilter', { x, dy }, { ...attrs, ...shapes }),
        [`${name} input`]: run('Conv2DBackpropInput', { dy, filter }, { ...attrs, ...shapes }),
      };
    };
    const depthwise = (): Record<string, Float32Array> => {
      const filter = draw([3, 3, 30, 1]);
      const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
      const shapes = { filterShape: filter.shape, inputShape: big.shape };
      return {
        'depthwise forward': run('DepthwiseConv2dNative', { x: big, filter }, attrs),
        'depthwise filter': run('DepthwiseConv2dNativeBackpropFilter', { x: big, dy: big }, { ...attrs, ...shapes }),
        'depthwise input': run('DepthwiseConv2dNativeBackpropInput', { dy: big, filter }, { ...attrs, ...shapes }),
      };
    };
    const normalized = (): Record<string, Float32Array> => {
      const [mean, variance, scale] = [draw([30]), tf.square(draw([30])), draw([30])];
      const inputs = { x: big, mean, variance, scale };
      const attrs = { varianceEpsilon: 1e-3 };
      const [dx, ...sums] = runAll('RelumineBatchNormGrad', { ...inputs, dy: tf.reverse(big) }, attrs);
      return {
        'batch norm': run('FusedBatchNorm', { ...inputs, offset: draw([30]) }, attrs),
        'batch norm input': dx!,
        ...Object.fromEntries(sums.map((values, i) => [`batch norm moment ${i}`, values])),
      };
    };
    const counted = (name: string): Record<string, Float32Array> => {
      const inputs = { x: draw([13, 21, 23, 24]) };
      const [h, counts, units, figures] = runAll('RelumineActivationStatistics', inputs, {
        name,
        params: {},
        epsilon: 0,
      });
      const sums = Float32Array.from(new Float64Array(figures!.slice().buffer));
      return {
        [`${name} counted`]: h!,
        [`${name} counts`]: counts!,
        [`${name} units`]: units!,
        [`${name} moments`]: sums,
      };
    };
    const spectral = (): Record<string, Float32Array> => {
      const [kernel, u, v] = [draw([2311, 71]), draw([71]), draw([2311])];
      const attrs = { iterations: 2, first: 'u', epsilon: 1e-12, target: 1, onlyIfLarger: false };
      const [y, ...found] = runAll('RelumineSpectralNormalize', { kernel, u, v }, attrs);
      const sigma = tf.scalar(found[2]![0]!);
      const tensors = { y: tf.tensor(y!, [2311, 71]), u: tf.tensor(found[0]!), v: tf.tensor(found[1]!), sigma };
      const dx = run('RelumineSpectralNormalizeGrad', { dy: draw([2311, 71]), ...tensors }, attrs);
      const frozen = runAll('RelumineSpectralVectors', { kernel, u, v }, { ...attrs, iterations: 0 });
      const all = [y!, ...found, dx, frozen[2]!];
      return Object.fromEntries(all.map((values, i) => [`spectral moment ${i}`, values]));
    };
    const trained = (): Record<string, Float32Array> => {
      const inputs = [draw([13, 20, 20, 4]), draw([3, 3, 4, 16]), draw([16]), draw([3, 3, 16, 24]), draw([24])];
      const slopes = tf.grads((...[image, k1, b1, k2, b2]) => {
        const first = tf.relu(tf.add(tf.conv2d(image as tf.Tensor4D, k1 as tf.Tensor4D, 1, 'valid'), b1!));
        const second = tf.relu(tf.add(tf.conv2d(first as tf.Tensor4D, k2 as tf.Tensor4D, 1, 'valid'), b2!));
        return tf.sum(tf.square(tf.maxPool(second as tf.Tensor4D, 2, 2, 'valid')));
      })(inputs);
      const names = ['input', 'first filter', 'first bias', 'second filter', 'second bias'];
      return Object.fromEntries(slopes.map((slope, i) => [`trained ${names[i]}`, slope.dataSync() as Float32Array]));
    };
    const watched = (): Record<string, Float32Array> => {
      const [filter, bias] = [draw([3, 3, 24, 16]) as tf.Tensor4D, tf.sub(draw([16]), 20) as tf.Tensor1D];
      const [best, fired, nonFinite] = [tf.zeros([16, 16, 16]), tf.zeros([0], 'int32'), tf.zeros([16], 'int32')];
      const window = { low: 0, high: Number.POSITIVE_INFINITY };
      let found: Float32Array[] = [];
      tf.grad((image) => {
        const z = tf.fused.conv2d({ x: image as tf.Tensor4D, filter, bias, strides: 1, pad: 'same' });
        const attrs = { name: 'relu', params: {}, epsilon: 0, ...window, fresh: true, apply: true };
        found = runAll('RelumineActivationLiveness', { x: z, best, fired, nonFinite }, attrs);
        return tf.sum(image);
      })(x);
      found.push(best.dataSync() as Float32Array);
      return Object.fromEntries(found.map((values, i) => [`watched ${i}`, values]));
    };
    const pool = { filterSize: 2, strides: 2, pad: 'valid' };
    const [a, b] = [draw([130, 100]), draw([100, 90])];
    const [w, g] = [draw([140_003]), draw([140_003])];
    const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-7, beta1Power: 0.9, beta2Power: 0.99 };
    return {
      ...both('Winograd', draw([3, 3, 24, 16]), 1),
      ...both('1 × 1', draw([1, 1, 24, 16]), 1),
      ...both('Winograd 5 × 5', draw([5, 5, 24, 16]), 1),
      ...both('direct', draw([3, 2, 24, 16]), 2),
      product: run('BatchMatMul', { a, b }, { transposeA: false, transposeB: false }),
      'product by rows': run(
        'BatchMatMul',
        { a: draw([60, 903]), b: draw([60, 50]) },
        { transposeA: true, transposeB: false },
      ),
      gelu: run('RelumineGelu', { x: big }),
      'gelu gradient': run('RelumineGeluGrad', { x: big, dy: big }),
      'max pool': run('MaxPool', { x: big }, pool),
      'max pool gradient': run('MaxPoolGrad', { input: big, dy: draw([13, 10, 11, 30]) }, pool),
      ...trained(),
      ...watched(),
      ...depthwise(),
      ...spectral(),
      ...normalized(),
      'a sum per channel': run('Sum', { x: big }, { axis: [0, 1, 2] }),
      'a mean per row': run('Mean', { x: big }, { axis: [3] }),
      sum: run('Add', { a: big, b: big }),
      'with a value per channel': run('Multiply', { a: big, b: draw([30]) }),
      'with a value per row': run('RealDiv', { a: draw([13, 21, 23, 1]), b: big }),
      ...counted('relu'),
      ...counted('relu6'),
      ...counted('gelu'),
      softmax: run('Softmax', { logits: big }, { dim: 3 }),
      adam: run('RelumineAdam', { value: w, gradient: g, m: g, v: tf.square(g) }, { ...adam, weightDecay: 0 }),
    };
  });
}

/** Values of what is large enough to be shared out in finer portions. */
function largeResults(): Record<string, Float32Array> {
  let state = 1;
  const draw = (shape: number[]): tf.Tensor => {
    const next = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return state / 2 ** 30;
    };
    return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, next), shape);
  };
  return inScope(() => {
    const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): Float32Array => {
      const result = tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor | tf.Tensor[];
      return [result].flat()[0]!.dataSync() as Float32Array;
    };
    const big = draw([26, 40, 41, 32]);
    const image = draw([26, 40, 40, 4]);
    const weights = [draw([3, 3, 4, 32]), draw([32]), draw([3, 3, 32, 40]), draw([40])];
    const slopes = tf.grads((x, k1, b1, k2, b2) => {
      const first = tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, k1 as tf.Tensor4D, 1, 'valid'), b1!));
      const second = tf.relu(tf.add(tf.conv2d(first as tf.Tensor4D, k2 as tf.Tensor4D, 1, 'valid'), b2!));
      return tf.sum(tf.square(tf.maxPool(second as tf.Tensor4D, 2, 2, 'valid')));
    })([image, ...weights]);
    const gradients = slopes.map((slope, i) => [`${i === 0 ? 'input' : `weight ${i}`}`, slope.dataSync()] as const);
    const kernel = draw([3, 3, 32, 24]);
    const strided = { strides: 2, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
    const dy = draw([26, 20, 21, 24]);
    const [best, fired, nonFinite] = [tf.zeros([40, 41, 24]), tf.zeros([0], 'int32'), tf.zeros([24], 'int32')];
    tf.grad((x) => {
      const z = tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same');
      const window = { low: 0, high: Number.POSITIVE_INFINITY, fresh: true, apply: true };
      run(
        'RelumineActivationLiveness',
        { x: z, best, fired, nonFinite },
        { name: 'relu', params: {}, epsilon: 0, ...window },
      );
      return tf.sum(x);
    })(big);
    const moments = { mean: draw([32]), variance: tf.square(draw([32])), scale: draw([32]), offset: draw([32]) };
    const w = draw([1_100_003]);
    const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-7, beta1Power: 0.9, beta2Power: 0.99 };
    return {
      ...Object.fromEntries(gradients as (readonly [string, Float32Array])[]),
      watched: best.dataSync() as Float32Array,
      strided: run('Conv2D', { x: big, filter: kernel }, strided),
      'strided input': run('Conv2DBackpropInput', { dy, filter: kernel }, { ...strided, inputShape: big.shape }),
      depthwise: run('DepthwiseConv2dNative', { x: big, filter: draw([3, 3, 32, 1]) }, { ...strided, strides: 1 }),
      'product of many columns': run('BatchMatMul', { a: draw([70, 96]), b: draw([96, 2000]) }),
      'product of many rows': run('BatchMatMul', { a: draw([2000, 96]), b: draw([96, 70]) }),
      'max pool': run('MaxPool', { x: big }, { filterSize: 2, strides: 2, pad: 'valid' }),
      'batch norm': run('FusedBatchNorm', { x: big, ...moments }, { varianceEpsilon: 1e-3 }),
      gelu: run('RelumineGelu', { x: big }),
      product: run('Multiply', { a: big, b: big }),
      softmax: run('Softmax', { logits: big }, { dim: 3 }),
      adam: run('RelumineAdam', { value: w, gradient: w, m: w, v: tf.square(w) }, { ...adam, weightDecay: 0 }),
    };
  });
}

/** Bit for bit; matchers that look at every element take seconds here. */
function expectSame(actual: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  const different = Object.keys(expected).filter((name) => !bytes(actual[name]!).equals(bytes(expected[name]!)));
  expect(different).toEqual([]);
}

const start = async (threads: number): Promise<void> => {
  if (tf.engine().registry.wasm) tf.removeBackend('wasm');
  expect((await startWasm({ threads })).kernels).toBe('native');
  expect(threadCount(tf.backend() as unknown as WasmBackend)).toBe(threads);
};

test('three threads give what one gives; the same number of threads gives the same bits', async () => {
  await start(1);
  const single = results();
  await start(3);
  const [first, second] = [results(), results()];
  expectSame(second, first);
  for (const [name, values] of Object.entries(first)) {
    // Sums over images are added up share by share: to rounding the same.
    if (!/filter$|moment/.test(name)) expectSame({ [name]: values }, { [name]: single[name]! });
    else {
      const most = (of: Float32Array): number => of.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      const largest = most(single[name]!);
      const furthest = most(values.map((value, i) => value - single[name]![i]!));
      expect(furthest).toBeLessThan(3e-5 * largest);
    }
  }
});

test('portions finer than a share for each thread change nothing either', async () => {
  await start(1);
  const single = largeResults();
  await start(3);
  const [first, second] = [largeResults(), largeResults()];
  expectSame(second, first);
  // Sums over images are added up share by share.
  expectSame(first, Object.fromEntries(Object.entries(single).filter(([name]) => !/weight [13]/.test(name))));
});

test('a thread that has died costs time only, and the next start has new ones', async () => {
  await start(2);
  const before = results();
  const { workers } = await stopThreads(tf.backend() as unknown as WasmBackend);
  expect(workers).toBe(1);
  expectSame(results(), before);
  await start(2);
  expectSame(results(), before);
});
