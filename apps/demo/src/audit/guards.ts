import { engine, memory } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { limits } from './limits';
import { problem, shown } from './problem';

interface WeightMaker {
  name: string;
  addWeight(name: string, shape: (number | null)[], ...rest: unknown[]): unknown;
}

/**
 * Runs `load` while no layer may make more weights than the model's files hold: a description of a few bytes may ask for
 * gigabytes of them, before anybody compares it with the files. The prototype is this worker's own, and is put back.
 *
 * @param values numbers in the weight files
 */
export async function withinWeights<T>(values: number, load: () => Promise<T>): Promise<T> {
  const prototype = layerPrototype();
  const original = prototype.addWeight;
  let made = 0;
  prototype.addWeight = function (this: WeightMaker, name, shape, ...rest) {
    made += shape.reduce<number>((product, n) => product * Number(n ?? 1), 1);
    if (!(made <= values)) throw problem('weightsBeyondFile', { layer: shown(this.name) });
    return original.call(this, name, shape, ...rest);
  };
  try {
    return await load();
  } finally {
    prototype.addWeight = original;
  }
}

/** Where `addWeight` lives: tfjs exports the class of layers as a type alone. */
function layerPrototype(): WeightMaker {
  let prototype: object = layers.dense({ units: 1 });
  while (!Object.hasOwn(prototype, 'addWeight')) prototype = Object.getPrototypeOf(prototype) as object;
  return prototype as WeightMaker;
}

interface Allocating {
  makeOutput?(shape: number[], dtype: string, ...rest: unknown[]): unknown;
  write(values: ArrayLike<unknown> | null, shape: number[], dtype: string): unknown;
}

/**
 * Makes every tensor that would go beyond the limit of memory throw, where it would otherwise take the page with it. For
 * workers that are ended afterwards: it can't be undone.
 */
export function limitTensors(bytes: number = limits.tensorBytes): void {
  const backend = engine().backend as unknown as Allocating;
  const check = (shape: readonly number[]): void => {
    const more = 4 * shape.reduce((product, n) => product * n, 1);
    if (!(memory().numBytes + more <= bytes)) throw problem('outOfMemory', { limit: bytes });
  };
  const { makeOutput, write } = backend;
  if (makeOutput)
    backend.makeOutput = function (shape, dtype, ...rest) {
      check(shape);
      return makeOutput.call(this, shape, dtype, ...rest);
    };
  backend.write = function (values, shape, dtype) {
    check(shape);
    return write.call(this, values, shape, dtype);
  };
}
