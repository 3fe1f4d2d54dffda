import type { layers } from '@tensorflow/tfjs-layers';
import type { LayerLipschitz, Shape } from './lipschitz';
import { sizeOf } from './lipschitzOfKernels';

type Layer = layers.Layer;

interface Fields {
  poolSize: number | number[];
  strides?: number | number[] | null;
  padding?: 'same' | 'valid';
  size?: [number, number];
  interpolation?: 'nearest' | 'bilinear';
}

const product = (values: number[]): number => values.reduce((a, b) => a * b, 1);

/** How many windows a value can be in, and how many values a window has, along all axes. */
function overlap(layer: Layer): { windows: number; values: number } {
  const { poolSize, strides } = layer as unknown as Fields;
  const pool = [poolSize].flat();
  const steps = [strides ?? poolSize].flat();
  return { windows: product(pool.map((size, i) => Math.ceil(size / (steps[i] ?? steps[0]!)))), values: product(pool) };
}

/** A value is the maximum of every window that it is in, at most. */
export const maxPooling = (layer: Layer): LayerLipschitz => ({ lipschitz: Math.sqrt(overlap(layer).windows) });

/** √(row sum · column sum) of the averaging matrix; with padding 'same' a window at the border has fewer values. */
export function averagePooling(layer: Layer): LayerLipschitz {
  const { windows, values } = overlap(layer);
  const smallest = (layer as unknown as Fields).padding === 'same' ? 1 : values;
  return { lipschitz: Math.sqrt(windows / smallest) };
}

/** The mean of n values moves by at most 1 / √n of them. */
export const globalAverage2d = (layer: Layer, shape: Shape): LayerLipschitz => {
  const [h, w] = sizeOf(layer, shape);
  return { lipschitz: 1 / Math.sqrt(h * w) };
};

/** The same over steps. */
export const globalAverage1d = (layer: Layer, shape: Shape): LayerLipschitz =>
  globalAverage2d(layer, [null, 1, shape[1] ?? null]);

/**
 * Each value is written size times along an axis. Between neighbours (`bilinear`), the weights of a row sum up to 1, and those
 * of the last value, which stands for all beyond it, to (3 · size − 1) / 2.
 */
export function upSampling(layer: Layer): LayerLipschitz {
  const { size = [2, 2], interpolation } = layer as unknown as Fields;
  const column = (s: number): number => (interpolation === 'bilinear' ? (3 * s - 1) / 2 : s);
  return { lipschitz: Math.sqrt(product([size].flat().map(column))) };
}
