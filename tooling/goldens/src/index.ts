import activations from '../data/activations.json' with { type: 'json' };
import convNorm from '../data/conv_norm.json' with { type: 'json' };
import dyingReluMonteCarlo from '../data/dying_relu_mc.json' with { type: 'json' };
import init from '../data/init.json' with { type: 'json' };
import metrics from '../data/metrics.json' with { type: 'json' };
import spectralNorm from '../data/spectral_norm.json' with { type: 'json' };
import trajectory from '../data/trajectory.json' with { type: 'json' };

export type GoldenName =
  | 'activations'
  | 'conv_norm'
  | 'dying_relu_mc'
  | 'init'
  | 'metrics'
  | 'spectral_norm'
  | 'trajectory';

/** The reference values by name. Each file's `about` says how its numbers were made. */
const files: Record<GoldenName, unknown> = {
  activations,
  conv_norm: convNorm,
  dying_relu_mc: dyingReluMonteCarlo,
  init,
  metrics,
  spectral_norm: spectralNorm,
  trajectory,
};

/** One golden file, as `T` (the caller states the shape it reads; the files are JSON). Works in Node and in browsers. */
export function golden<T = unknown>(name: GoldenName): T {
  return files[name] as T;
}

/** JSON can't hold NaN and infinities: the goldens write them as strings. */
export function number(value: number | string | null): number {
  return value === null ? Number.NaN : Number(value);
}
