import type { Tensor } from '@tensorflow/tfjs-core';
import { backpropagateGradients as original } from '@tensorflow/tfjs-core/dist/tape';

/** @public tfjs's engine, which gets this file instead of its own, reads it. */
export const backpropagateGradients: typeof original = original;

/** What tfjs's engine has recorded of one operation: the part of it that is read here. */
export interface TapeNode {
  inputs: Readonly<Record<string, Pick<Tensor, 'id'>>>;
  outputs: readonly Pick<Tensor, 'id'>[];
}

/**
 * The operations of `tape` through which `y` depends on any of `xs`, in their order, without the inputs that don't: what
 * tfjs's function of this name gives, by sets.
 */
export function getFilteredNodesXToY<Node extends TapeNode>(
  tape: readonly Node[],
  xs: readonly Pick<Tensor, 'id'>[],
  y: Pick<Tensor, 'id'>,
): Node[] {
  const fromX = new Set(xs.map(({ id }) => id));
  const forward = tape.filter(({ inputs, outputs }) => {
    const follows = Object.values(inputs).some(({ id }) => fromX.has(id));
    if (follows) for (const { id } of outputs) fromX.add(id);
    return follows;
  });
  const toY = new Set([y.id]);
  const found: Node[] = [];
  for (const node of forward.reverse()) {
    if (!node.outputs.some(({ id }) => toY.has(id))) continue;
    for (const { id } of Object.values(node.inputs)) toY.add(id);
    const inputs = Object.fromEntries(Object.entries(node.inputs).filter(([, { id }]) => fromX.has(id)));
    found.push({ ...node, inputs });
  }
  return found.reverse();
}
