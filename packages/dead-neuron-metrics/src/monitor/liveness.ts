import { type ActivationName, activationGradKernel, activationLivenessKernel, hasKernel } from '@relumine/core';
import { customGrad, dispose, engine, fill, keep, type NamedAttrMap, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { sameFunction } from '../audit/countedActivation';
import type { TappedLayer } from '../audit/taps';
import type { LayerObservation } from '../statistics/observeLayer';
import { firingEpsilon, firingWindow } from '../statistics/responses';

/** What the backend has found of one layer's units at one size of input. */
interface UnitState {
  readonly positions: number;
  readonly best: Tensor;
  readonly fired: Tensor;
  readonly nonFinite: Tensor;
  /** Of the step in progress: units that never fired, and the largest z, by channel. */
  found: { dead: Tensor; maxZ: Tensor } | undefined;
}

/** Functions of one number and no weights. */
const fusable = (activation: string, own: boolean): boolean =>
  sameFunction(activation, own) &&
  !['prelu', 'rrelu', 'linear', 'glu', 'crelu'].includes(activation) &&
  hasKernel(activationGradKernel(activation as ActivationName));

/**
 * Follows one layer in the backend's own pass over z: nothing of z or h is kept, and a few numbers per channel are read
 * back after the step.
 */
export class LayerLiveness {
  private readonly states = new Map<number, UnitState>();
  private readonly tapped: TappedLayer;
  private readonly window: { low: number; high: number } | undefined;

  constructor(tapped: TappedLayer) {
    this.tapped = tapped;
    this.window = firingWindow(tapped.activation, tapped.found.params);
  }

  /** Whether the current backend has the pass. */
  static available(): boolean {
    return hasKernel(activationLivenessKernel);
  }

  /**
   * Looks at one call's z, float32[batch, …, channels], which is borrowed.
   *
   * @param own whether Relumine's kernel may stand in for the layer's function
   * @returns h with its gradient, made in the same pass, so that z is read from memory once; undefined where the layer is
   *   to make it
   */
  add(z: Tensor, own: boolean): Tensor | undefined {
    const { activation, found } = this.tapped;
    const params = found.params as unknown as NamedAttrMap;
    if (!fusable(activation, own)) {
      this.run(z, false);
      return undefined;
    }
    const name = activation as ActivationName;
    const apply = customGrad((...args: (Tensor | ((tensors: Tensor[]) => void))[]) => {
      const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
      const h = this.run(x, true)!;
      save([x]);
      const gradFunc = (dy: Tensor, [saved]: Tensor[]): Tensor =>
        engine().runKernel(activationGradKernel(name), { dy, x: saved! }, params) as Tensor;
      return { value: h, gradFunc };
    });
    return apply(z);
  }

  private run(z: Tensor, apply: boolean): Tensor | undefined {
    const channels = z.shape.at(-1)!;
    const positions = z.shape.slice(1, -1).reduce((product, n) => product * n, 1);
    const state = this.stateOf(positions, channels);
    const fresh = state.found === undefined;
    const { activation, found } = this.tapped;
    const epsilon = firingEpsilon(activation);
    const attrs = { name: activation, params: found.params, epsilon, fresh, apply, ...this.window };
    const { best, fired, nonFinite } = state;
    const [dead, maxZ, h] = engine().runKernel(
      activationLivenessKernel,
      { x: z, best, fired, nonFinite },
      attrs as unknown as NamedAttrMap,
    ) as unknown as [Tensor, Tensor, Tensor?];
    if (state.found) dispose([state.found.dead, state.found.maxZ]);
    state.found = { dead: keep(dead), maxZ: keep(maxZ) };
    return h;
  }

  private stateOf(positions: number, channels: number): UnitState {
    const known = this.states.get(positions);
    if (known) return known;
    const units = [positions, channels] as [number, number];
    const windowed = !this.window || this.window.high < Number.POSITIVE_INFINITY;
    const state: UnitState = {
      positions,
      best: keep(fill(units, Number.NEGATIVE_INFINITY)),
      fired: keep(zeros(windowed ? units : [0, channels], 'int32')),
      nonFinite: keep(zeros([channels], 'int32')),
      found: undefined,
    };
    this.states.set(positions, state);
    return state;
  }

  /** What the step's calls say, and forgets them; undefined where the layer was not called. */
  observe(): LayerObservation | undefined {
    // The pass is one of backends whose values lie in this thread's memory: nothing is gained by waiting for them.
    const rows = [...this.states.values()].flatMap(({ positions, nonFinite, found }) => {
      if (!found) return [];
      const [dead, maxZ, bad] = [found.dead, found.maxZ, nonFinite].map((one) => one.dataSync());
      return [{ positions, dead: dead as Int32Array, maxZ: maxZ as Float32Array, nonFinite: bad as Int32Array }];
    });
    this.forget();
    const [first] = rows;
    if (!first) return undefined;
    const channels = first.dead.length;
    const each = Array.from({ length: channels }, (_, c) => c);
    // A layer that is called at several sizes has its units at each of them.
    const deadChannels = each.filter((c) => rows.every(({ dead, positions }) => dead[c] === positions));
    const deadUnits = rows.reduce((sum, { dead }) => dead.reduce((a, b) => a + b, sum), 0);
    const units = rows.reduce((sum, { positions }) => sum + positions * channels, 0);
    return {
      name: this.tapped.name,
      path: [...this.tapped.path],
      channels,
      deadChannels,
      deadFraction: deadChannels.length / channels,
      deadUnitFraction: deadUnits / units,
      nonFiniteChannels: each.filter((c) => rows.some(({ nonFinite }) => nonFinite[c]! > 0)),
      margin: each.map((c) => Math.max(...rows.map(({ maxZ }) => maxZ[c]!))),
    };
  }

  /** Forgets what was seen of a step that is not to be observed. */
  forget(): void {
    for (const state of this.states.values()) {
      if (state.found) dispose([state.found.dead, state.found.maxZ]);
      state.found = undefined;
    }
  }

  dispose(): void {
    this.forget();
    for (const { best, fired, nonFinite } of this.states.values()) dispose([best, fired, nonFinite]);
    this.states.clear();
  }
}
