import { activationCodes } from './activationCodes';
import type { KernelExports } from './exports';

/** tfjs's names of the activations that can follow a product in place. */
const names: Readonly<Record<string, string>> = {
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  leakyrelu: 'leakyRelu',
  sigmoid: 'sigmoid',
};

/**
 * What a fused kernel's attributes ask for after the bias, as a pass in place over `size` values; undefined where there is
 * no compiled form.
 */
export function following(
  attrs: Readonly<Record<string, unknown>>,
): ((kernels: KernelExports, address: number, size: number) => void) | undefined {
  const activation = (attrs.activation as string | null | undefined) ?? 'linear';
  if (activation === 'linear') return () => undefined;
  const code = activationCodes[names[activation] ?? ''];
  if (code === undefined) return undefined;
  const own = { negativeSlope: attrs.leakyreluAlpha };
  const [a, b] = code.parameters?.(own) ?? [0, 0];
  return (kernels, address, size) => kernels.activation(code.op(own), address, address, size, a, b);
}
