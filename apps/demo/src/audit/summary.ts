import type { CertificateReport, DeadNeuronReport } from '@relumine/core';
import { shown } from './problem';
import type { AuditSummary } from './protocol';

/** What the page says of a report by itself. */
export function summarize(report: DeadNeuronReport, certificate?: CertificateReport): AuditSummary {
  const { samples, layers, summary } = report;
  return {
    samples,
    channels: summary.channels,
    deadChannels: summary.deadChannels,
    nonFinite: summary.nonFiniteLayers.map(shown),
    layers: layers.map((layer) => ({
      name: shown([...layer.path, layer.name].join('/')),
      activation: shown(layer.activation),
      channels: layer.channels,
      dead: layer.deadChannels.length,
      nearlyDead: layer.nearlyDeadChannels.length,
      bound: Math.max(0, ...layer.deadChannels.map((c) => layer.perChannel.firingRateBound95[c] ?? 0)),
    })),
    ...(certificate ? { proved: certificate.summary } : {}),
  };
}
