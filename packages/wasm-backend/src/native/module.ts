import { findMemory, type WasmBackend } from './heap';

/** Images at `x` and where they lie in the zeroed, larger ones at `padded` (0: read them in place). */
export type Placement = [
  x: number,
  h: number,
  w: number,
  channels: number,
  top: number,
  left: number,
  hp: number,
  wp: number,
  padded: number,
];

/** Windows of a pooling over images, channels last. */
export type Windows = [
  n: number,
  h: number,
  w: number,
  c: number,
  kh: number,
  kw: number,
  sh: number,
  sw: number,
  top: number,
  left: number,
  ho: number,
  wo: number,
];

/** Winograd tiles `first` to `last` of tilesY × tilesX per image, by chunks, and the tables of one chunk's products. */
export type TileRange = [
  tilesY: number,
  tilesX: number,
  first: number,
  last: number,
  chunk: number,
  rowsA: number,
  rowsC: number,
  steps: number,
];

/** Addresses of filter, input and product planes, each with the distance between two planes. */
export type Planes = [u: number, planeU: number, v: number, planeV: number, m: number, planeM: number];

/** A depthwise convolution, channels last, with k outputs per channel. */
export type DepthwiseShape = [
  n: number,
  h: number,
  w: number,
  ci: number,
  k: number,
  kh: number,
  kw: number,
  sh: number,
  sw: number,
  dh: number,
  dw: number,
  top: number,
  left: number,
  ho: number,
  wo: number,
];

/** Addresses are bytes on the shared heap; counts are elements. */
export interface KernelExports {
  activation(op: number, x: number, y: number, n: number, a: number, b: number): void;
  activationGrad(op: number, dy: number, x: number, dx: number, n: number, a: number, b: number): void;
  prelu(x: number, alpha: number, y: number, n: number, channels: number): void;
  preluGrad(dy: number, x: number, alpha: number, dx: number, n: number, channels: number): void;
  preluAlphaGrad(dy: number, x: number, sums: number, n: number, channels: number): void;
  roundSums(sums: number, out: number, n: number): void;
  zero(address: number, bytes: number): void;
  multiply(
    ...args: [
      a: number,
      rowsA: number,
      m: number,
      steps: number,
      k: number,
      b: number,
      n: number,
      c: number,
      rowsC: number,
      columnBytes: number,
      add: boolean,
      tile: number,
    ]
  ): void;
  packRows(b: number, k: number, n: number, rowBytes: number, out: number): void;
  packColumns(b: number, k: number, n: number, columnBytes: number, out: number): void;
  convolve(
    ...args: [
      ...Placement,
      first: number,
      last: number,
      group: number,
      rowsA: number,
      rowsC: number,
      m: number,
      steps: number,
      k: number,
      block: number,
      b: number,
      n: number,
      y: number,
      imageBytesY: number,
      tile: number,
    ]
  ): void;
  filterGradient(
    ...args: [
      ...Placement,
      first: number,
      last: number,
      group: number,
      taps: number,
      m: number,
      rowsC: number,
      pixels: number,
      pixelsPerImage: number,
      block: number,
      dy: number,
      n: number,
      dw: number,
      packed: number,
      tile: number,
    ]
  ): void;
  transformFilter(w: number, ci: number, co: number, panels: number, plane: number, temp: number): void;
  transformFilterGradient(u: number, plane: number, size: number, dw: number, temp: number): void;
  winogradConvolve(
    ...args: [
      x: number,
      h: number,
      w: number,
      ci: number,
      top: number,
      left: number,
      ho: number,
      wo: number,
      co: number,
      ...TileRange,
      ...Planes,
      y: number,
      scratch: number,
      tile: number,
    ]
  ): void;
  winogradFilterGradient(
    ...args: [
      x: number,
      h: number,
      w: number,
      ci: number,
      top: number,
      left: number,
      dy: number,
      ho: number,
      wo: number,
      co: number,
      ...TileRange,
      ...Planes,
      scratch: number,
      tile: number,
    ]
  ): void;
  depthwiseFilterGradient(x: number, dy: number, dw: number, ...shape: DepthwiseShape): void;
  depthwiseInputGradient(dy: number, weights: number, dx: number, ...shape: DepthwiseShape): void;
  segmentSum(x: number, ids: number, rows: number, size: number, segments: number, out: number): void;
  activationStatistics(
    ...args: [
      op: number,
      z: number,
      h: number,
      batch: number,
      positions: number,
      channels: number,
      a: number,
      b: number,
      alpha: number,
      epsilon: number,
      strip: number,
      ones: number,
      d: number,
      units: number,
      base: number,
      counts: number,
      values: number,
    ]
  ): void;
  maxPool(x: number, y: number, ...window: Windows): void;
  maxPoolGrad(x: number, dy: number, dx: number, ...window: Windows): void;
  avgPool(x: number, y: number, ...window: Windows): void;
  avgPoolGrad(dy: number, dx: number, ...window: Windows): void;
  sumMiddle(x: number, outer: number, middle: number, inner: number, out: number, divisor: number): void;
  extremum(isMin: boolean, a: number, b: number, out: number, n: number, period: number): void;
  addInto(to: number, from: number, n: number): void;
  matrixProduct(
    ...args: [
      a: number,
      rowsA: number,
      m: number,
      steps: number,
      k: number,
      block: number,
      b: number,
      rowBytes: number,
      columnBytesB: number,
      n: number,
      c: number,
      rowsC: number,
      columnBytes: number,
      panels: number,
      tile: number,
    ]
  ): void;
  addBias(c: number, bias: number, rows: number, columns: number): void;
  adam(
    ...args: [
      value: number,
      gradient: number,
      m: number,
      v: number,
      newValue: number,
      newM: number,
      newV: number,
      n: number,
      beta1: number,
      rest1: number,
      beta2: number,
      rest2: number,
      step: number,
      scaleV: number,
      epsilon: number,
      keep: number,
    ]
  ): void;
  sgd(
    ...args: [
      value: number,
      gradient: number,
      velocity: number,
      newValue: number,
      newVelocity: number,
      n: number,
      learningRate: number,
      momentum: number,
      nesterov: boolean,
      weightDecay: number,
    ]
  ): void;
  transposeTaps(w: number, taps: number, count: number, ci: number, co: number, out: number): void;
}

interface Loaded {
  readonly relaxedSimd: boolean;
  readonly bytes: { readonly single: Uint8Array<ArrayBuffer>; readonly threaded: Uint8Array<ArrayBuffer> };
  readonly modules: Map<'single' | 'threaded', WebAssembly.Module>;
}

let loaded: Loaded | undefined;
const instances = new WeakMap<WebAssembly.Memory, KernelExports>();

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Node 20 compiles relaxed SIMD only after a V8 flag; later versions and browsers need nothing. */
async function allowRelaxedSimd(): Promise<void> {
  const node = (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node;
  if (node === undefined) return;
  // The name is not a literal, so that bundlers for browsers leave it alone.
  const name = 'node:v8';
  const v8 = (await import(/* @vite-ignore */ name)) as { setFlagsFromString(flags: string): void };
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/**
 * Decodes the binaries and chooses the instruction set.
 *
 * @returns undefined where all is well, or a sentence saying why the kernels can't run here
 */
export async function loadModule(options: { relaxedSimd?: boolean } = {}): Promise<string | undefined> {
  const wanted = options.relaxedSimd ?? true;
  if (loaded !== undefined && (options.relaxedSimd === undefined || loaded.relaxedSimd === wanted)) return undefined;
  let binaries: typeof import('./generated/binaries')['binaries'];
  try {
    ({ binaries } = await import('./generated/binaries'));
  } catch (cause) {
    return `the native kernels are not built (${cause instanceof Error ? cause.message : cause}); in the repository run: npm run build`;
  }
  const plain = decode(binaries.single);
  if (!WebAssembly.validate(plain)) return 'this engine has no WebAssembly SIMD';
  let relaxedSimd = false;
  if (wanted) {
    const relaxed = decode(binaries.singleRelaxed);
    relaxedSimd = WebAssembly.validate(relaxed);
    if (!relaxedSimd) {
      await allowRelaxedSimd().catch(() => undefined);
      relaxedSimd = WebAssembly.validate(relaxed);
    }
  }
  const threaded = decode(relaxedSimd ? binaries.threadedRelaxed : binaries.threaded);
  const single = relaxedSimd ? decode(binaries.singleRelaxed) : plain;
  loaded = { relaxedSimd, bytes: { single, threaded }, modules: new Map() };
  return undefined;
}

/** Whether the loaded build uses relaxed SIMD (fused multiply-add). */
export function usesRelaxedSimd(): boolean {
  return loaded?.relaxedSimd ?? false;
}

/** The compiled module that suits the backend's heap. */
export function kernelModule(backend: WasmBackend): WebAssembly.Module {
  const memory = findMemory(backend);
  if (typeof memory === 'string') throw new Error(`[relumine/wasm-backend] ${memory}.`);
  if (loaded === undefined) throw new Error('[relumine/wasm-backend] the native kernels are not loaded.');
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const kind = shared ? 'threaded' : 'single';
  let module = loaded.modules.get(kind);
  if (module === undefined) {
    module = new WebAssembly.Module(loaded.bytes[kind]);
    loaded.modules.set(kind, module);
  }
  return module;
}

/**
 * The kernels on the heap of `backend`; instantiated once per heap, so a new backend instance gets new ones. Throws where
 * the backend's private fields are not as expected.
 */
export function kernelsOf(backend: WasmBackend): KernelExports {
  const memory = findMemory(backend);
  if (typeof memory === 'string') throw new Error(`[relumine/wasm-backend] ${memory}.`);
  const known = instances.get(memory);
  if (known !== undefined) return known;
  const { exports } = new WebAssembly.Instance(kernelModule(backend), { env: { memory } });
  const kernels = exports as unknown as KernelExports;
  instances.set(memory, kernels);
  return kernels;
}

/** Forgets the heap's instance, so that the next call uses the build that {@link loadModule} chose last (for tests). */
export function forgetInstance(backend: unknown): void {
  const memory = findMemory(backend);
  if (typeof memory !== 'string') instances.delete(memory);
}
