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

/** The variance of tfjs's initialisers times their fan. */
const scales = { glorot: 1, he: 2, leCun: 1, kaiming: undefined } as const;

/** What a kernel belongs to. */
export interface KernelUse {
  /** The activation that follows, whose gain the Kaiming initialisers take. */
  followedBy: FollowedBy;
  /** Channels of a depthwise convolution; undefined for others. */
  depthwise?: number | undefined;
}

/**
 * A seeded initialiser for one kernel. `kaimingNormal` and `kaimingUniform` draw with the standard deviation
 * gain / √fanIn of the activation; `orthogonal` is Relumine's, the others are tfjs's own.
 *
 * A unit of a depthwise convolution sees its own channel alone, height · width values. tfjs, as Keras, takes them times all
 * channels for its fan, and each such layer makes the signal √channels times smaller; here it is what the unit sees.
 */
export function kernelInitializer(
  name: InitializerName,
  random: Random,
  { followedBy, depthwise }: KernelUse,
): Initializer {
  // tfjs takes a seed of 0 for no seed.
  const seed = 1 + random.integer(0x7fff_fffe);
  // tfjs's own needs chained methods, which tfjs-core and tfjs-layers alone do not have. A norm of 1 for each channel.
  if (name === 'orthogonal') return orthogonal({ seed, gain: Math.sqrt(depthwise ?? 1) }) as unknown as Initializer;
  const kind = name.replace(/Normal|Uniform/, '') as keyof typeof scales;
  const distribution = name.endsWith('Normal') ? 'normal' : 'uniform';
  if (kind !== 'kaiming' && depthwise === undefined) return initializers[name as 'heNormal']({ seed });
  const gained = gain(followedBy.name, followedBy.params as Parameters<typeof gain>[1]);
  const deviation = distribution === 'normal' ? gained / truncatedDeviation : gained;
  // The fan out of a depthwise kernel [height, width, channels, 1] is what a unit sees.
  const mode = depthwise === undefined ? 'fanIn' : 'fanOut';
  return initializers.varianceScaling({ scale: scales[kind] ?? deviation ** 2, mode, distribution, seed });
}

export function requireInitializer(where: string, name: unknown): asserts name is InitializerName {
  requireOneOf(where, 'options.initializer', name, initializerNames);
}
