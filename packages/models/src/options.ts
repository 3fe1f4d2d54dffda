import type { Activation, ActivationName } from '@relumine/core';
import type { InitializerName } from './parts/initializer';

/** An activation by name, as a spec of `activationLayer` (`{ name: 'elu', alpha: 0.5 }`), or as `activation()` gives it. */
export type ActivationChoice =
  | ActivationName
  | Activation
  | ({ readonly name: ActivationName } & Readonly<Record<string, unknown>>);

/** What stands between a kernel and its activation. */
export type Normalization = 'none' | 'batch' | 'spectral';

/** What every model takes. */
export interface ModelOptions {
  /** One activation for all layers, or one for each, in order; `relu` unless given. */
  activation?: ActivationChoice | readonly ActivationChoice[];
  /**
   * Between each layer that owns a kernel and its activation: nothing (the default), batch normalisation (the layer then
   * has no bias), or spectral normalisation of the kernel. The output layer is left as it is.
   */
  normalization?: Normalization;
  /**
   * One of tfjs's initialisers by name (`heNormal` unless given), or `kaimingNormal` or `kaimingUniform`, which take the
   * gain of the activation that follows.
   */
  initializer?: InitializerName;
  /**
   * Where the biases of hidden layers start (batch norm's β under `batch`): 0 unless given; a negative one shortens the
   * way to death. `false`: no bias at all. The output layer is left as it is.
   */
  bias?: number | false;
  /** Equal seeds give equal weights; 1 unless given. */
  seed?: number | string;
  /** [height, width, channels]; [28, 28, 1] unless given. */
  inputShape?: readonly number[];
  /** Outputs of the softmax; 10 unless given. */
  classes?: number;
}
