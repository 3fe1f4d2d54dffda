import { invalidArgument } from '@relumine/core';
import { getBackend, type Tensor } from '@tensorflow/tfjs-core';

/** Backends whose values lie at hand: a look at one costs microseconds. Elsewhere it would wait for the device. */
const atHand: ReadonlySet<string> = new Set(['wasm', 'cpu', 'tensorflow']);

/**
 * Whether a training step may look at a value.
 *
 * @returns false for WebGL and WebGPU, where a NaN is passed on instead: sigma and the whole result are NaN
 */
export const valuesAreAtHand = (): boolean => atHand.has(getBackend());

/** @throws RangeError for a kernel with NaN or infinity, which is read back */
export function requireFiniteValues(where: string, kernel: Tensor, argument: string): void {
  const received = kernel.dataSync().find((value) => !Number.isFinite(value));
  if (received === undefined) return;
  throw invalidArgument({
    where,
    argument,
    rule: 'must be finite',
    received: String(received),
    wayOut: 'Look at how it was initialised or trained: a step that diverged leaves NaN behind.',
  });
}

/**
 * The kernel is read back only where sigma, which every NaN and infinity of it reaches, says so.
 *
 * @param kernel, sigma borrowed
 * @throws RangeError for a kernel with NaN or infinity
 */
export function requireFiniteKernel(where: string, kernel: Tensor, sigma: Tensor, argument = 'kernel'): void {
  if (!Number.isFinite(sigma.dataSync()[0])) requireFiniteValues(where, kernel, argument);
}
