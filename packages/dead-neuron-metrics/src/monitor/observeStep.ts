import { dispose } from '@tensorflow/tfjs-core';
import { LayerStatistics } from '../audit/auditModel';
import { observationOf, readCounted } from '../audit/countedActivation';
import { release, type Seen, type TappedLayer } from '../audit/taps';
import type { LayerObservation } from '../statistics/observeLayer';

/**
 * What one step's calls say of each layer; frees what was kept of them. No confidence bounds: computing them would take
 * longer than counting.
 */
export async function observeStep(seen: Seen[], tapped: readonly TappedLayer[]): Promise<LayerObservation[]> {
  const found: LayerObservation[] = [];
  for (const layer of tapped) {
    const calls = seen.filter((one) => one.tapped === layer);
    const observation = (await single(calls)) ?? (await several(calls, layer));
    if (observation) found.push(observation);
  }
  seen.length = 0;
  return found;
}

/** Straight from the counts of the one call. */
async function single(calls: Seen[]): Promise<LayerObservation | undefined> {
  const [only] = calls;
  if (calls.length !== 1 || !only?.counted) return undefined;
  const rows = await readCounted(only.counted);
  if (!rows) {
    // Its values are looked at one by one instead.
    calls[0] = { tapped: only.tapped, z: only.z, h: only.h, training: only.training };
    return undefined;
  }
  release({ tapped: only.tapped, z: only.z, h: only.h, training: only.training });
  return observationOf({ name: only.tapped.name, path: [...only.tapped.path] }, rows);
}

/** Value by value: what was counted does not add up over calls. */
async function several(calls: readonly Seen[], layer: TappedLayer): Promise<LayerObservation | undefined> {
  const statistics = new LayerStatistics('propagate');
  for (const { counted, ...plain } of calls) {
    if (counted) dispose([counted.counts, counted.units, counted.values]);
    await statistics.add(plain);
  }
  return statistics.observation(layer);
}
