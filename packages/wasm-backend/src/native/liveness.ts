import { activationLivenessKernel } from '@relumine/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activationCodes } from './activationCodes';
import { applyActivation } from './activations';
import { rectifyDeferred, watchDeferred } from './deferred';
import { rectified } from './deferredGradients';
import { addressOf, allocate, findMemory, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { Workspace } from './workspace';

interface LivenessAttrs {
  name: string;
  params?: Record<string, unknown>;
  epsilon: number;
  low?: number;
  high?: number;
  fresh: boolean;
  apply?: boolean;
}

/** Modes of the compiled pass. */
const [ABOVE, WINDOW, SLOPE, ALWAYS] = [0, 1, 2, 3];

function modeOf({ low, high }: LivenessAttrs): number {
  if (low === undefined || high === undefined) return SLOPE;
  if (high < Number.POSITIVE_INFINITY) return WINDOW;
  return low === Number.NEGATIVE_INFINITY ? ALWAYS : ABOVE;
}

/** Units that pass the first-level cache together, with the batch's values of them. */
const mostUnits = 2048;

/** One pass over z: see `activationLivenessKernel` in @relumine/core. */
const liveness: NativeKernel = (args, replaced) => {
  const { x, best, fired, nonFinite } = args.inputs as Record<'x' | 'best' | 'fired' | 'nonFinite', TensorInfo>;
  const attrs = args.attrs as unknown as LivenessAttrs;
  const [batch, channels] = [x.shape[0] ?? 0, x.shape.at(-1) ?? 0];
  const units = util.sizeFromShape(x.shape.slice(1));
  const mode = modeOf(attrs);
  const code = mode === SLOPE || attrs.apply ? activationCodes[attrs.name] : undefined;
  const usesFired = mode === WINDOW || mode === SLOPE;
  const sized =
    util.sizeFromShape(best.shape) === units &&
    util.sizeFromShape(nonFinite.shape) === channels &&
    (!usesFired || util.sizeFromShape(fired.shape) === units);
  const fits = x.dtype === 'float32' && x.shape.length >= 2 && units > 0 && sized;
  if (!fits || ((mode === SLOPE || attrs.apply) && code === undefined)) return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const strip = Math.min(units, mostUnits);
  const work = new Workspace();
  const ones = mode === SLOPE ? work.table(new Uint32Array(new Float32Array(strip).fill(1).buffer)) : () => 0;
  const slopes = mode === SLOPE ? work.reserve(strip * 4) : () => 0;
  const made: TensorInfo[] = [];
  const make = (shape: number[], dtype: 'int32' | 'float32'): number => {
    made.push(allocate(backend, shape, dtype));
    return addressOf(backend, made.at(-1)!);
  };
  try {
    const [dead, maxZ] = [make([channels], 'int32'), make([channels], 'float32')];
    work.run(backend, () => {
      const [toBest, toFired, toNonFinite] = [best, fired, nonFinite].map((one) => addressOf(backend, one)) as [
        number,
        number,
        number,
      ];
      if (attrs.fresh) {
        const { buffer } = findMemory(backend) as WebAssembly.Memory;
        new Float32Array(buffer, toBest, units).fill(Number.NEGATIVE_INFINITY);
        kernels.zero(toNonFinite, channels * 4);
        if (usesFired) kernels.zero(toFired, units * 4);
      }
      const [a, b] = code?.parameters?.(attrs.params ?? {}) ?? [0, 0];
      // Where the largest z tells all, a convolution that waits is watched while it is made.
      const watch = { best: toBest, nonFinite: toNonFinite };
      const rectifies = attrs.apply && attrs.name === 'relu' && mode === ABOVE;
      const rectifiedZ = rectifies ? rectifyDeferred(backend, x, watch) : undefined;
      if (rectifiedZ) made.push(rectifiedZ);
      if (rectifiedZ || (!usesFired && watchDeferred(backend, x, watch))) {
        if (!rectifiedZ && code) made.push(applyActivation(backend, x, code.op(attrs.params ?? {}), a, b));
        kernels.livenessFound(toBest, toFired, mode, attrs.low ?? 0, units, channels, dead, maxZ);
        return;
      }
      const h = attrs.apply ? make(x.shape, 'float32') : 0;
      const function_ = [code?.op(attrs.params ?? {}) ?? 0, a, b, attrs.epsilon] as const;
      const shape = [batch, units, channels] as const;
      const window = [mode, attrs.low ?? 0, attrs.high ?? 0] as const;
      const scratch = [strip, ones(), slopes()] as const;
      const found = [toBest, toFired, toNonFinite, dead, maxZ] as const;
      kernels.activationLiveness(addressOf(backend, x), h, ...shape, ...window, ...function_, ...scratch, ...found);
    });
    const [, , output] = made;
    if (output && attrs.name === 'relu') rectified(x, output);
    return made;
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId, true);
    throw error;
  }
};

/** Registers the pass that a monitor uses. */
export function registerActivationLiveness(): void {
  replaceKernel(activationLivenessKernel, liveness);
}
