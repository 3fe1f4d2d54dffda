import {
  dispose,
  engine,
  type NamedTensorMap,
  type Optimizer,
  type Tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** A tensor with its name, as optimisers hand out their weights. */
export type NamedTensor = Awaited<ReturnType<Optimizer['getWeights']>>[number];

/** One running average of an optimiser, as tfjs's own optimisers keep it. */
export interface Slot {
  originalName: string;
  variable: Variable;
}

/** The gradients of a step by variable; variables without one are left out. */
export function eachGradient(
  gradients: NamedTensorMap | NamedTensor[],
  visit: (value: Variable, gradient: Tensor, index: number) => void,
): void {
  const named: { name: string; tensor: Tensor | null | undefined }[] = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
  named.forEach(({ name, tensor }, index) => {
    const value = engine().registeredVariables[name];
    if (value && tensor) visit(value, tensor, index);
  });
}

/**
 * The slot of `value` among `slots`, by name; made of zeros where there is none. Slots that were loaded bear the names of
 * the variables they were saved for, which may differ: they are taken by position, as tfjs does, and renamed.
 */
export function slotOf(slots: Slot[], loaded: Set<Slot>, value: Variable, index: number, suffix: string): Variable {
  const originalName = `${value.name}/${suffix}`;
  const atIndex = slots[index];
  if (atIndex && loaded.delete(atIndex)) atIndex.originalName = originalName;
  const known = slots.find((slot) => slot.originalName === originalName);
  if (known) return known.variable;
  const made = tidy(() => variable(zerosLike(value), false));
  slots.push({ originalName, variable: made });
  return made;
}

/** The slots as weights, in order. */
export const saveSlots = (slots: readonly Slot[]): NamedTensor[] =>
  slots.map(({ originalName, variable: tensor }) => ({ name: originalName, tensor }));

/** Slots with copies of the weights, in the place of `before`, which is disposed. */
export function loadSlots(weights: readonly NamedTensor[], before: readonly Slot[]): Slot[] {
  const slots = weights.map(({ name, tensor }) => ({
    originalName: name,
    variable: tidy(() => variable(tensor.clone(), false)),
  }));
  disposeSlots(before);
  return slots;
}

export function disposeSlots(slots: readonly Slot[]): void {
  dispose(slots.map(({ variable: tensor }) => tensor));
}
