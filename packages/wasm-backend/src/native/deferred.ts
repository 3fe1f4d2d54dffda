import { type DataId, engine, env, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Epilogue, Watch } from './epilogue';
import { addressOf, allocate, produce, type WasmBackend } from './heap';
import { Holds } from './holds';
import type { Share } from './imageSums';

/*
 * While a gradient is recorded, tfjs runs a convolution, its bias and its ReLU one after the other, and nobody but the next
 * of the three ever reads what the first two give. So their outputs are tensors whose values are computed when somebody
 * asks for them: what usually comes is the ReLU, and all three are one pass.
 */

/** A convolution whose values nobody has asked for yet. */
interface Deferred {
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

type Hooked = Omit<WasmBackend, 'dataIdMap'> & {
  dataIdMap: { get(dataId: DataId): Entry; has(dataId: DataId): boolean };
  typedArrayFromHeap(tensor: TensorInfo): unknown;
};

const states = new WeakMap<object, State>();
/** Convolutions that had to be computed a second time, since something else than the ReLU read them: these wait no more. */
const readTwice = new Set<string>();

/** Makes every look at a tensor's address compute its values first, and its end let go of what they need. */
function hook(backend: WasmBackend): State {
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

function run(one: Deferred, y: number, relu: boolean, watch?: Watch): void {
  one.compute(y, { bias: one.bias, relu, ...(watch ? { watch } : {}) });
  if (one.runs.count++ > 0) readTwice.add(one.key);
}

function resolve(backend: WasmBackend, state: State, dataId: DataId, { memoryOffset }: Entry, watch?: Watch): void {
  const one = state.deferred.get(dataId)!;
  // Where this throws, the next look tries again.
  run(one, memoryOffset, false, watch);
  state.deferred.delete(dataId);
  state.holds.release(backend, one.held);
}

function record(backend: WasmBackend, one: Deferred): TensorInfo {
  const state = hook(backend);
  const output = allocate(backend, one.shape, 'float32');
  state.holds.hold(one.held);
  state.deferred.set(output.dataId, one);
  return output;
}

/** Whether nobody measures kernels or looks at each output. */
const isUnseen = (): boolean => !engine().state.profiling && !env().getBool('DEBUG');

const isRecording = (): boolean => engine().state.gradientDepth > 0;

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

const find = (backend: WasmBackend, { dataId }: TensorInfo): Deferred | undefined =>
  states.get(backend)?.deferred.get(dataId);

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
