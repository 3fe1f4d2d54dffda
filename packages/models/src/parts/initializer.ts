import { gain } from '@relumine/activations';
import { orthogonal } from '@relumine/activations/layers';
import { type ActivationName, type Random, requireOneOf } from '@relumine/core';
import { initializers } from '@tensorflow/tfjs-layers';

/** Initialisers by name: tfjs's that scale with the kernel, and two with the gain of the activation that follows. */
export const initializerNames = [
  'glorotNormal',
  'glorotUniform',
  'heNormal',
  'heUniform',
  'leCunNormal',
  'leCunUniform',
  'orthogonal',
  'kaimingNormal',
  'kaimingUniform',
] as const;

/** The name of an initialiser, tfjs's or Relumine's. */
export type InitializerName = (typeof initializerNames)[number];

type Initializer = ReturnType<typeof initializers.heNormal>;

/** The activation that follows a kernel. */
export interface FollowedBy {
  name: ActivationName;
  params: Readonly<Record<string, unknown>>;
}

/** tfjs cuts normals off at two deviations and does not widen them again: this share of the deviation is left. */
const truncatedDeviation = 0.879_625_661_034_239_8;

/**
 * A seeded initialiser for one kernel. `kaimingNormal` and `kaimingUniform` draw with the standard deviation
 * gain / √fanIn of the activation; `orthogonal` is Relumine's, the others are tfjs's own.
 */
export function kernelInitializer(name: InitializerName, random: Random, followedBy: FollowedBy): Initializer {
  // tfjs takes a seed of 0 for no seed.
  const seed = 1 + random.integer(0x7fff_fffe);
  // tfjs's own needs chained methods, which tfjs-core and tfjs-layers alone do not have.
  if (name === 'orthogonal') return orthogonal({ seed }) as unknown as Initializer;
  if (name !== 'kaimingNormal' && name !== 'kaimingUniform') return initializers[name]({ seed } as never);
  const distribution = name === 'kaimingNormal' ? 'normal' : 'uniform';
  const wanted = gain(followedBy.name, followedBy.params as Parameters<typeof gain>[1]);
  const deviation = distribution === 'normal' ? wanted / truncatedDeviation : wanted;
  return initializers.varianceScaling({ scale: deviation ** 2, mode: 'fanIn', distribution, seed });
}

export function requireInitializer(where: string, name: unknown): asserts name is InitializerName {
  requireOneOf(where, 'options.initializer', name, initializerNames);
}
