import { type ActivationName, type Random, requireOneOf } from '@relumine/core';
import { initializers } from '@tensorflow/tfjs-layers';

/** tfjs's initialisers that scale with the kernel, by name. */
export const initializerNames = [
  'glorotNormal',
  'glorotUniform',
  'heNormal',
  'heUniform',
  'leCunNormal',
  'leCunUniform',
  'orthogonal',
] as const;

export type InitializerName = (typeof initializerNames)[number];

type Initializer = ReturnType<typeof initializers.heNormal>;

/** The activation that follows a kernel. */
export interface FollowedBy {
  name: ActivationName;
  params: Readonly<Record<string, unknown>>;
}

/** A seeded initialiser for one kernel. */
export function kernelInitializer(name: InitializerName, random: Random): Initializer {
  // tfjs takes a seed of 0 for no seed.
  const seed = 1 + random.integer(0x7fff_fffe);
  return initializers[name]({ seed } as never);
}

export function requireInitializer(where: string, name: unknown): asserts name is InitializerName {
  requireOneOf(where, 'options.initializer', name, initializerNames);
}
