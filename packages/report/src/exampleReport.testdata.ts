import type { DeadNeuronReport, LayerReport } from '@relumine/core';

/** A layer's report with a given share of its channels dead, for tests. */
export function exampleLayer(
  name: string,
  channels: number,
  dead: readonly number[],
  more: Partial<LayerReport> = {},
): LayerReport {
  const each = <T>(value: (c: number) => T): T[] => Array.from({ length: channels }, (_, c) => value(c));
  const isDead = (c: number): boolean => dead.includes(c);
  return {
    name,
    source: name,
    path: [],
    activation: 'relu',
    channels,
    deadFraction: dead.length / channels,
    deadUnitFraction: dead.length / channels,
    deadChannels: [...dead],
    silentChannels: [...dead],
    constantChannels: [...dead],
    saturatedChannels: [],
    nearlyDeadChannels: [],
    nonFiniteChannels: [],
    perChannel: {
      firingRate: each((c) => (isDead(c) ? 0 : 0.75)),
      firingRateBound95: each((c) => (isDead(c) ? 0.0295 : 0.82)),
      familyWiseBound95: each((c) => (isDead(c) ? 0.0513 : 0.84)),
      apoz: each((c) => (isDead(c) ? 1 : 0.5)),
      dormancy: each((c) => (isDead(c) ? 0 : 1.25)),
      mean: each((c) => (isDead(c) ? 0 : 0.4)),
      variance: each((c) => (isDead(c) ? 0 : 0.1)),
      margin: each((c) => (isDead(c) ? -0.031 : 2)),
    },
    statistics: {
      samples: 100,
      count: 100,
      positions: 1,
      fired: each((c) => (isDead(c) ? 0 : 75)),
      zeros: each((c) => (isDead(c) ? 100 : 50)),
      nonPositive: each((c) => (isDead(c) ? 100 : 50)),
      nan: each(() => 0),
      infinite: each(() => 0),
      sum: each((c) => (isDead(c) ? 0 : 40)),
      sumAbs: each((c) => (isDead(c) ? 0 : 40)),
      sumSquares: each((c) => (isDead(c) ? 0 : 26)),
      min: each(() => 0),
      max: each((c) => (isDead(c) ? 0 : 2)),
      maxPreactivation: each((c) => (isDead(c) ? -0.031 : 2)),
      unitFired: each((c) => (isDead(c) ? 0 : 75)),
      unitNan: each(() => 0),
      nonFinite: 'propagate',
    },
    ...more,
  };
}

/** A report of these layers on 100 samples, for tests. */
export function exampleReport(layers: LayerReport[], more: Partial<DeadNeuronReport> = {}): DeadNeuronReport {
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  const deadChannels = layers.reduce((sum, layer) => sum + layer.deadChannels.length, 0);
  return {
    schema: 'relumine.report/1',
    samples: 100,
    layers,
    summary: {
      channels,
      deadChannels,
      deadFraction: channels === 0 ? 0 : deadChannels / channels,
      nonFiniteLayers: layers.filter((layer) => layer.nonFiniteChannels.length > 0).map((layer) => layer.name),
      advice: deadChannels > 0 ? ['Lower the learning rate.'] : [],
    },
    curve: [
      { samples: 10, deadChannels: deadChannels + 2 },
      { samples: 100, deadChannels },
    ],
    ...more,
  };
}
