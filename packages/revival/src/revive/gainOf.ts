import { activationNames, gain } from '@relumine/activations';
import type { ActivationName } from '@relumine/core';

/** The gain of Kaiming initialisation for an audited layer's activation; ReLU's √2 for one that the catalogue does not have. */
export function gainOf(activation: string): number {
  const known = (activationNames as readonly string[]).includes(activation);
  return known ? gain(activation as ActivationName) : Math.SQRT2;
}
