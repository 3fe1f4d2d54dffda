import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Watch } from './epilogue';
import { addressOf, produce, type WasmBackend } from './heap';
import { type Deferred, find, hook, isRecording, isUnseen, readTwice, record, resolve, run } from './waiting';

/*
 * While a gradient is recorded, tfjs runs a convolution, its bias and its ReLU one after the other, and nobody but the next
 * of the three ever reads what the first two give. So their outputs are tensors whose values are computed when somebody
 * asks for them: what usually comes is the ReLU, and all three are one pass.
 */
/**
 * A float32 tensor that `compute` fills, at once or, while a gradient is recorded, when it is read.
 *
 * @param reads   what `compute` reads: borrowed; their memory is kept as long as it may be needed
 * @param bias    added by `compute`, if given
 */
export function produceLater(
  backend: WasmBackend,
  shape: number[],
  key: string,
  [reads, bias]: readonly [TensorInfo[], TensorInfo | undefined],
  compute: Deferred['compute'],
): TensorInfo {
  const at = bias ? addressOf(backend, bias) : 0;
  if (!isRecording() || !isUnseen() || readTwice.has(key) || util.sizeFromShape(shape) === 0)
    return produce(backend, shape, (y) => compute(y, { bias: at, relu: false }));
  const held = [...reads.map((tensor) => addressOf(backend, tensor)), ...(bias ? [at] : [])];
  return record(backend, { key, shape, compute, bias: at, runs: { count: 0 }, held });
}

/** The sum of a convolution that waits and a bias, which waits too; undefined where it is no such sum. */
export function addLater(backend: WasmBackend, y: TensorInfo, bias: TensorInfo): TensorInfo | undefined {
  const one = find(backend, y);
  const channels = y.shape.at(-1);
  const fits = bias.shape.length <= y.shape.length && bias.shape.at(-1) === channels;
  if (
    one?.bias !== 0 ||
    one.through ||
    !fits ||
    !util.arraysEqual(y.shape, one.shape) ||
    util.sizeFromShape(bias.shape) !== channels
  )
    return undefined;
  const at = addressOf(backend, bias);
  return record(backend, { ...one, bias: at, held: [...one.held, at] });
}

/** max(z, 0) of a convolution that waits, in one pass with it; undefined where z does not wait. */
export function rectifyDeferred(backend: WasmBackend, z: TensorInfo, watch?: Watch): TensorInfo | undefined {
  const one = find(backend, z);
  // Channels are counted by themselves.
  if (!one || one.through || (watch && !util.arraysEqual(z.shape, one.shape))) return undefined;
  return produce(backend, z.shape, (h) => {
    run(one, h, true, watch);
    if (one.positive !== undefined) return;
    one.positive = h;
    one.held.push(h);
    hook(backend).holds.hold([h]);
  });
}

/** Computes a convolution that waits, watching its values while they are in the cache; false where z does not wait. */
export function watchDeferred(backend: WasmBackend, z: TensorInfo, watch: Watch): boolean {
  const one = find(backend, z);
  if (!one || one.through || !util.arraysEqual(z.shape, one.shape)) return false;
  const state = hook(backend);
  resolve(backend, state, z.dataId, state.entryOf(z.dataId), watch);
  return true;
}
