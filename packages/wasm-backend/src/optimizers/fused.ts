import { engine, getBackend, getKernel, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';

/** Runs a fused step where the current backend has one and all tensors are float32; undefined elsewhere. */
export function fusedStep(kernel: string, inputs: Record<string, Tensor>, attrs: object): Tensor[] | undefined {
  if (getKernel(kernel, getBackend()) === undefined) return undefined;
  if (Object.values(inputs).some(({ dtype }) => dtype !== 'float32')) return undefined;
  return engine().runKernel(kernel, inputs, attrs as NamedAttrMap) as Tensor[];
}
