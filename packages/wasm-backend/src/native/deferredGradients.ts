import { type DataId, engine, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, produce, type WasmBackend } from './heap';
import { find, type Hooked, isRecording, isUnseen, readTwice, record, type Through } from './waiting';

/* Gradients by the output of a ReLU, which wait for the ReLU's own. */

/** Outputs of ReLUs of which a gradient is being recorded: who makes a gradient by them will see the ReLU's follow. */
const outputs = new WeakSet<DataId>();
/** The output of each such ReLU by its input. */
const outputOf = new WeakMap<DataId, DataId>();

/** Notes that h is max(z, 0). */
export function rectified(z: TensorInfo, h: TensorInfo): TensorInfo {
  if (!isRecording()) return h;
  outputs.add(h.dataId);
  outputOf.set(z.dataId, h.dataId);
  return h;
}

/** The address of values that are above 0 where those of z are, and NaN where they are: max(z, 0) where it is at hand, or z itself. */
export function signsOf(backend: WasmBackend, z: TensorInfo): number {
  const output = outputOf.get(z.dataId);
  const { dataIdMap } = backend as unknown as Hooked;
  if (output && dataIdMap.has(output)) return dataIdMap.get(output).memoryOffset;
  return find(backend, z)?.positive ?? addressOf(backend, z);
}

/** The address of a ReLU's output h of which a gradient is being recorded; undefined for other tensors. */
export const outputAddress = (backend: WasmBackend, h: TensorInfo): number | undefined =>
  outputs.has(h.dataId) ? addressOf(backend, h) : undefined;

/**
 * The gradient by the ReLU's output at `output`, filled by `compute` at once, or, where gradients are on their way back, when
 * it is read: what usually comes is the ReLU's own gradient, which `through` computes with it.
 */
export function gradientLater(
  backend: WasmBackend,
  shape: number[],
  output: number | undefined,
  reads: TensorInfo[],
  [compute, through]: readonly [compute: (dx: number) => void, through: Through['compute']],
): TensorInfo {
  const key = `gradient ${shape}`;
  const isGoingBack = engine().state.activeTape && !isRecording() && isUnseen();
  if (output === undefined || !isGoingBack || readTwice.has(key) || util.sizeFromShape(shape) === 0)
    return produce(backend, shape, compute);
  const held = reads.map((tensor) => addressOf(backend, tensor));
  const one = { key, shape, compute, bias: 0, runs: { count: 0 }, held };
  return record(backend, { ...one, through: { output, compute: through } });
}

/** What makes a ReLU's gradient of the gradient `dy` by its output, which waits; undefined where it does not. */
export function rectifiedLater(
  backend: WasmBackend,
  dy: TensorInfo,
  shape: number[],
  output: number,
): Through['compute'] | undefined {
  const one = find(backend, dy);
  if (one?.through?.output !== output || !util.arraysEqual(shape, one.shape)) return undefined;
  const { compute } = one.through;
  return (dx, fill) => {
    compute(dx, fill);
    one.runs.count++;
  };
}
