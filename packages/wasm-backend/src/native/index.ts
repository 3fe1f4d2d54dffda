import { engine } from '@tensorflow/tfjs-core';
import { registerActivations } from './activations';
import { registerBatchNorm } from './batchNorm';
import { registerBinary } from './binary';
import { registerConvolutions } from './convolutionKernels';
import { registerDepthwise } from './depthwise';
import { registerElementwiseGradients } from './elementwiseGradients';
import { registerExtrema } from './extrema';
import { registerActivationGradients } from './gradients';
import { findMemory, type WasmBackend } from './heap';
import { registerActivationLiveness } from './liveness';
import { registerMatMul } from './matMul';
import { kernelsOf, loadModule, usesRelaxedSimd } from './module';
import { registerOnePassGradients } from './onePassGradients';
import { registerOptimizers } from './optimizers';
import { registerOutputGradients } from './outputGradients';
import { registerPooling } from './pooling';
import { registerPrelu } from './prelu';
import { registerSegmentSum } from './segmentSum';
import { registerSoftmaxCrossEntropy } from './softmax';
import { registerSpectralNormalization } from './spectral';
import { registerActivationStatistics } from './statistics';
import { registerIdentity, registerSums } from './sums';
import { registerSymbolNorms } from './symbolNorms';
import { startThreads } from './threads';

/** What {@link registerNativeKernels} found. */
export interface NativeKernels {
  available: boolean;
  /** Whether the build with fused multiply-add runs. */
  relaxedSimd: boolean;
  /** Why they are not available. */
  reason?: string;
}

/**
 * Registers the compiled SIMD kernels over the ones that the wasm backend has: they run on the backend's own heap,
 * without copies. The backend must exist (`setBackend('wasm')` first). Idempotent; a new instance of the backend gets new
 * instances of the kernels at their first call.
 *
 * @returns available: false, and the reason, where the backend's private fields differ from tfjs-backend-wasm 4.22 or the
 * engine has no SIMD; nothing is registered then.
 */
export async function registerNativeKernels(): Promise<NativeKernels> {
  const unavailable = (reason: string): NativeKernels => ({ available: false, relaxedSimd: false, reason });
  // Asking tfjs for the backend by name would start it.
  const backend: unknown = engine().registry.wasm;
  if (backend === null || backend === undefined) return unavailable('the wasm backend is not running');
  const memory = findMemory(backend);
  if (typeof memory === 'string') return unavailable(memory);
  const problem = await loadModule();
  if (problem !== undefined) return unavailable(problem);
  try {
    kernelsOf(backend as WasmBackend);
  } catch (error) {
    return unavailable(`the kernels do not start on this heap: ${error instanceof Error ? error.message : error}`);
  }
  await startThreads(backend as WasmBackend);
  registerActivations();
  registerPrelu();
  registerConvolutions();
  registerDepthwise();
  registerSegmentSum();
  registerSoftmaxCrossEntropy();
  registerActivationStatistics();
  registerActivationLiveness();
  registerExtrema();
  registerPooling();
  registerMatMul();
  registerSums();
  registerSpectralNormalization();
  registerSymbolNorms();
  registerIdentity();
  registerOptimizers();
  registerBatchNorm();
  registerBinary();
  registerElementwiseGradients();
  registerOutputGradients();
  registerActivationGradients();
  registerOnePassGradients();
  return { available: true, relaxedSimd: usesRelaxedSimd() };
}
