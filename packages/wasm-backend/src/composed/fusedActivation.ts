import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Composer } from './composer';

const kernels: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

/** The activation that a fused kernel's attributes name, as a kernel of its own. */
export function fusedActivation(
  c: Composer,
  x: TensorInfo,
  attrs: { activation?: string | null; leakyreluAlpha?: number },
  slopes: TensorInfo | undefined,
): TensorInfo {
  const activation = attrs.activation ?? 'linear';
  if (activation === 'linear') return x;
  const name = kernels[activation];
  if (!name) throw new Error(`[relumine/wasm-backend] no fused activation is called ${activation}.`);
  return c.run(name, { x, ...(slopes ? { alpha: slopes } : {}) }, { alpha: attrs.leakyreluAlpha });
}
