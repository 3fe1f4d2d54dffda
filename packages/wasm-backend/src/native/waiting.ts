import { type DataId, engine, env, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Epilogue, Watch } from './epilogue';
import { allocate, type WasmBackend } from './heap';
import { Holds } from './holds';
import type { Share } from './imageSums';

/* Tensors whose values are computed when somebody asks for them: what waits, and what asking does. */

/** A convolution whose values nobody has asked for yet. */
export interface Deferred {
  /** Names the convolution's shape. */
  readonly key: string;
  /** As it was computed: tensors of other shapes may show the same values. */
  readonly shape: number[];
  readonly compute: (y: number, epilogue: Epilogue) => void;
  readonly bias: number;
  /** How often it was computed, with bias and ReLU or without: shared by all that wait for the same convolution. */
  readonly runs: { count: number };
  /** Addresses of what is read, kept from being freed. */
  readonly held: number[];
  /** Address of the output cut off at 0, once that was computed. */
  positive?: number;
  /** For a gradient by a ReLU's output: what makes the ReLU's own gradient of it in the same pass. */
  readonly through?: Through;
}

/** The gradient that waits and that of the ReLU before it: to the address `dx`, with sums. */
export interface Through {
  /** Address of the ReLU's output. */
  readonly output: number;
  readonly compute: (dx: number, fill: (share: Share) => void) => void;
}

interface State {
  readonly deferred: Map<DataId, Deferred>;
  readonly holds: Holds;
  /** A look at a tensor that computes nothing. */
  readonly entryOf: (dataId: DataId) => Entry;
}

interface Entry {
  memoryOffset: number;
  refCount: number;
}

export type Hooked = Omit<WasmBackend, 'dataIdMap'> & {
  dataIdMap: { get(dataId: DataId): Entry; has(dataId: DataId): boolean };
  typedArrayFromHeap(tensor: TensorInfo): unknown;
};

const states = new WeakMap<object, State>();
/** Convolutions that had to be computed a second time, since something else than the ReLU read them: these wait no more. */
export const readTwice: Set<string> = new Set();

/** Makes every look at a tensor's address compute its values first, and its end let go of what they need. */
export function hook(backend: WasmBackend): State {
  const known = states.get(backend);
  if (known) return known;
  const hooked = backend as unknown as Hooked;
  const map = hooked.dataIdMap;
  const get = map.get.bind(map);
  const state: State = { deferred: new Map(), holds: new Holds(), entryOf: get };
  states.set(backend, state);
  const [incRef, disposeData] = [hooked.incRef.bind(backend), hooked.disposeData.bind(backend)];
  const refCount = backend.refCount.bind(backend);
  const { deferred, holds } = state;
  // Whoever only counts references looks at no values.
  let counting = false;
  const quietly = <T>(count: () => T): T => {
    counting = true;
    try {
      return count();
    } finally {
      counting = false;
    }
  };
  map.get = (dataId) => {
    if (!counting && deferred.size > 0 && deferred.has(dataId)) resolve(backend, state, dataId, get(dataId));
    return get(dataId);
  };
  // It takes the heap's buffer before it asks for the address, and computing may make the heap grow.
  const typedArrayFromHeap = hooked.typedArrayFromHeap.bind(backend);
  hooked.typedArrayFromHeap = (tensor) => {
    map.get(tensor.dataId);
    return typedArrayFromHeap(tensor);
  };
  hooked.incRef = (dataId) => quietly(() => incRef(dataId));
  backend.refCount = (dataId) => quietly(() => refCount(dataId));
  hooked.disposeData = (dataId, force = false) => {
    if (!map.has(dataId)) return disposeData(dataId, force);
    const entry = get(dataId);
    const ends = force || entry.refCount <= 1;
    if (ends && holds.adopt(entry.memoryOffset)) entry.memoryOffset = 0;
    const ended = quietly(() => disposeData(dataId, force));
    const one = ended ? deferred.get(dataId) : undefined;
    if (one) {
      deferred.delete(dataId);
      holds.release(backend, one.held);
    }
    return ended;
  };
  return state;
}

export function run(one: Deferred, y: number, relu: boolean, watch?: Watch): void {
  one.compute(y, { bias: one.bias, relu, ...(watch ? { watch } : {}) });
  if (one.runs.count++ > 0) readTwice.add(one.key);
}

export function resolve(
  backend: WasmBackend,
  state: State,
  dataId: DataId,
  { memoryOffset }: Entry,
  watch?: Watch,
): void {
  const one = state.deferred.get(dataId)!;
  // Where this throws, the next look tries again.
  run(one, memoryOffset, false, watch);
  state.deferred.delete(dataId);
  state.holds.release(backend, one.held);
}

export function record(backend: WasmBackend, one: Deferred): TensorInfo {
  const state = hook(backend);
  const output = allocate(backend, one.shape, 'float32');
  state.holds.hold(one.held);
  state.deferred.set(output.dataId, one);
  return output;
}

/** Whether nobody measures kernels or looks at each output. */
export const isUnseen = (): boolean => !engine().state.profiling && !env().getBool('DEBUG');

export const isRecording = (): boolean => engine().state.gradientDepth > 0;

export const find = (backend: WasmBackend, { dataId }: TensorInfo): Deferred | undefined =>
  states.get(backend)?.deferred.get(dataId);
