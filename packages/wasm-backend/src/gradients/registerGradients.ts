/// <reference path="./tfjsGradients.d.ts" />
import { gradConfigs } from 'virtual:tfjs-gradients';
import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { registerDilatedGradients } from './dilated';
import { registerTransposed3dGradient } from './transposed3d';

/**
 * Registers the gradients of tfjs-core's operations, which the package defines but does not register by itself, where
 * nobody has (tfjs-layers and the tfjs umbrella do), and lets dilated convolutions, on the wasm backend, and transposed
 * 3-D ones train. Idempotent.
 */
export function registerGradients(): void {
  for (const config of gradConfigs) if (getGradient(config.kernelName) === undefined) registerGradient(config);
  registerDilatedGradients();
  registerTransposed3dGradient();
}
