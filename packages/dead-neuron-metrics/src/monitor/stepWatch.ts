import type { Tensor } from '@tensorflow/tfjs-core';
import { hasFlatSlope, slopesOf } from '../audit/flatSlopes';
import { LayerStatistics } from '../audit/layerStatistics';
import { release, type Seen } from '../audit/seen';
import type { TappedLayer } from '../audit/taps';
import type { LayerObservation } from '../statistics/observeLayer';
import { LayerLiveness } from './liveness';

/** Watches the calls of one step: in the backend's own pass where it has one, value by value elsewhere. */
export class StepWatch {
  private readonly livenesses = new Map<TappedLayer, LayerLiveness>();
  private readonly seen: Seen[] = [];
  private readonly tapped: readonly TappedLayer[];

  constructor(tapped: readonly TappedLayer[]) {
    this.tapped = tapped;
  }

  /** Looks at z where the backend can: h, or true where the layer is to make it. */
  glance(tapped: TappedLayer, z: Tensor, own: boolean): Tensor | boolean {
    if (z.rank < 2 || z.dtype !== 'float32' || !LayerLiveness.available()) return false;
    // The pass knows a PReLU as what always fires: where a slope is 0 it does not.
    const slopes = slopesOf(tapped);
    if (slopes && hasFlatSlope(slopes)) return false;
    const liveness = this.livenesses.get(tapped) ?? new LayerLiveness(tapped);
    this.livenesses.set(tapped, liveness);
    return liveness.add(z, own) ?? true;
  }

  /** Takes z and h of a call. */
  see(one: Seen): void {
    this.seen.push(one);
  }

  /** What the step's calls say of each layer that was called; frees what was kept of them. */
  async observe(): Promise<LayerObservation[]> {
    const statistics = new LayerStatistics('propagate');
    for (let one = this.seen.shift(); one; one = this.seen.shift()) await statistics.add(one);
    const found: LayerObservation[] = [];
    for (const layer of this.tapped) {
      const observation = this.livenesses.get(layer)?.observe() ?? statistics.observation(layer);
      if (observation) found.push(observation);
    }
    return found;
  }

  /** Forgets a step that is not to be observed. */
  forget(): void {
    for (const one of this.seen.splice(0)) release(one);
    for (const liveness of this.livenesses.values()) liveness.forget();
  }

  dispose(): void {
    this.forget();
    for (const liveness of this.livenesses.values()) liveness.dispose();
    this.livenesses.clear();
  }
}
