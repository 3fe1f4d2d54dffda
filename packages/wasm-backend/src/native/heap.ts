import { type DataId, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';

/** What the kernels use of tfjs-backend-wasm 4.22: partly private, hence the probe. */
export interface WasmBackend {
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly wasmMemory?: WebAssembly.Memory;
    readonly asm?: { readonly memory?: unknown };
  };
  readonly dataIdMap: { get(dataId: DataId): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  incRef(dataId: DataId): void;
  refCount(dataId: DataId): number;
  disposeData(dataId: DataId, force?: boolean): boolean;
}

/** The memory of tfjs's own WASM module, or a sentence saying why it can't be shared. */
export function findMemory(backend: unknown): WebAssembly.Memory | string {
  const candidate = backend as Partial<WasmBackend> | null | undefined;
  const wasm = candidate?.wasm as Partial<WasmBackend['wasm']> | null | undefined;
  if (typeof wasm?._malloc !== 'function' || typeof wasm._free !== 'function')
    return 'the wasm backend does not expose its allocator as tfjs-backend-wasm 4.22 does';
  if (typeof candidate?.dataIdMap?.get !== 'function' || typeof candidate.makeOutput !== 'function')
    return 'the wasm backend does not expose its tensor addresses as tfjs-backend-wasm 4.22 does';
  const memory = wasm.wasmMemory ?? wasm.asm?.memory;
  if (!(memory instanceof WebAssembly.Memory))
    return 'the wasm backend does not expose its memory as tfjs-backend-wasm 4.22 does';
  return memory;
}

/** The address of a tensor's values. It stays valid when the heap grows; a typed array over it does not. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

function outOfMemory(bytes: number): Error {
  return new RangeError(
    `[relumine/wasm-backend] the WASM heap has no room for another ${bytes} bytes (it ends at 4 GB). Use a smaller batch, or dispose tensors: tf.memory() counts them.`,
  );
}

const guarded = new WeakSet<object>();

/** Blocks from this size on begin with a line of the cache: vectors that span two lines take twice as long. */
const alignedFrom = 1024;
const line = 64;

/**
 * Makes the backend's allocator align, and say so where the heap has no room. Emscripten's aligns to 8 bytes; and tfjs takes
 * its 0 for an address and writes there, and 2³² bytes are 0 bytes to it: both end in wrong numbers or a trap.
 */
export function guardAllocator({ wasm }: WasmBackend): void {
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  // Emscripten's first call of an export replaces it by the export itself.
  wasm._free(wasm._malloc(1));
  const { _malloc: malloc, _free: free } = wasm;
  /** Where the block of an aligned address begins. */
  const origins = new Map<number, number>();
  wasm._malloc = (bytes) => {
    const room = bytes < alignedFrom ? bytes : bytes + line - 8;
    const origin = room < 2 ** 32 ? malloc(room) >>> 0 : 0;
    if (origin === 0 && bytes > 0) throw outOfMemory(bytes);
    const address = bytes < alignedFrom ? origin : Math.ceil(origin / line) * line;
    if (address !== origin) origins.set(address, origin);
    return address;
  };
  wasm._free = (given) => {
    const address = given >>> 0;
    free(origins.get(address) ?? address);
    origins.delete(address);
  };
}

/** A fresh tensor on the heap. */
export function allocate(backend: WasmBackend, shape: number[], dtype: DataType): TensorInfo {
  const output = backend.makeOutput(shape, dtype);
  const size = util.sizeFromShape(shape);
  if (size > 0 && addressOf(backend, output) === 0) {
    backend.disposeData(output.dataId, true);
    throw outOfMemory(size * util.bytesPerElement(dtype));
  }
  return output;
}

/** A fresh float32 tensor whose values `fill` writes to the address; disposed where `fill` throws. Empty ones stay as they are. */
export function produce(
  backend: WasmBackend,
  shape: number[],
  fill: (address: number) => void,
  dtype: 'float32' | 'int32' = 'float32',
): TensorInfo {
  const output = allocate(backend, shape, dtype);
  if (util.sizeFromShape(shape) === 0) return output;
  try {
    fill(addressOf(backend, output));
  } catch (error) {
    backend.disposeData(output.dataId, true);
    throw error;
  }
  return output;
}

/** Two such tensors of one shape. */
export function produceTwo(
  backend: WasmBackend,
  shape: number[],
  fill: (first: number, second: number) => void,
): TensorInfo[] {
  let second: TensorInfo | undefined;
  const first = produce(backend, shape, (address) => {
    second = produce(backend, shape, (other) => fill(address, other));
  });
  return [first, second ?? allocate(backend, shape, 'float32')];
}

/** Runs `use` with the address of `bytes` bytes of scratch memory, aligned to 64, and frees them. */
export function withScratch<T>(backend: WasmBackend, bytes: number, use: (address: number) => T): T {
  const block = backend.wasm._malloc(bytes + 64) >>> 0;
  if (block === 0) throw outOfMemory(bytes);
  try {
    return use(block + ((64 - (block % 64)) % 64));
  } finally {
    backend.wasm._free(block);
  }
}
