import { getKernel, type KernelFunc, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { DataBackend } from './arrays';

/** Runs stock kernels one after the other and frees their results, but for the one that is handed out. */
export class Composer {
  private readonly made: TensorInfo[] = [];
  private readonly backend: unknown;

  constructor(backend: unknown) {
    this.backend = backend;
  }

  /** Runs a kernel of the wasm backend. */
  run(
    name: string,
    inputs: Record<string, TensorInfo | TensorInfo[]>,
    attrs: Record<string, unknown> = {},
  ): TensorInfo {
    const kernel = getKernel(name, 'wasm');
    if (!kernel) throw new Error(`[relumine/wasm-backend] the wasm backend has no kernel ${name}.`);
    return this.own(kernel.kernelFunc, inputs, attrs);
  }

  /** Runs a kernel that is at hand, such as the stock one that ours replaces. */
  own(
    kernelFunc: KernelFunc,
    inputs: Record<string, TensorInfo | TensorInfo[]>,
    attrs: Record<string, unknown> = {},
  ): TensorInfo {
    const result = kernelFunc({
      inputs: inputs as unknown as Parameters<KernelFunc>[0]['inputs'],
      attrs: attrs as NamedAttrMap,
      backend: this.backend as object,
    }) as TensorInfo;
    this.made.push(result);
    return result;
  }

  /** The same data in another shape: no copy, no reference (the Reshape kernel would raise a count that is never lowered). */
  view({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo {
    return { dataId, dtype, shape };
  }

  /** Frees everything but `kept`, which it returns. */
  finish(kept: TensorInfo): TensorInfo {
    const backend = this.backend as DataBackend;
    for (const { dataId } of this.made) if (dataId !== kept.dataId) backend.disposeData(dataId);
    return kept;
  }

  /** Frees everything, for error paths. */
  abandon(): void {
    const backend = this.backend as DataBackend;
    for (const { dataId } of this.made) backend.disposeData(dataId);
  }
}

/** Runs `compose` and frees what it made on the way, also where it throws. */
export function composed(backend: unknown, compose: (composer: Composer) => TensorInfo): TensorInfo {
  const composer = new Composer(backend);
  try {
    return composer.finish(compose(composer));
  } catch (error) {
    composer.abandon();
    throw error;
  }
}
