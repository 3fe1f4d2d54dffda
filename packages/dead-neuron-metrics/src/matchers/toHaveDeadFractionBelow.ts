import { type DeadNeuronReport, describe, invalidArgument, type LayerReport } from '@relumine/core';

const where = 'dead-neuron-metrics/toHaveDeadFractionBelow';

/** What vitest and jest expect of a matcher. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

interface Measured {
  readonly deadFraction: number;
  readonly layers: readonly LayerReport[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function measured(received: unknown): Measured {
  if (isObject(received)) {
    const report = received as Partial<DeadNeuronReport & LayerReport>;
    if (report.summary && report.layers) return { deadFraction: report.summary.deadFraction, layers: report.layers };
    if (report.deadFraction !== undefined && report.deadChannels)
      return { deadFraction: report.deadFraction, layers: [report as LayerReport] };
  }
  throw invalidArgument({
    where,
    argument: 'received',
    rule: 'must be a report of auditModel, or one of its layers',
    received: describe(received),
    type: TypeError,
  });
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(4))} %`;

function listDead({ layers }: Measured): string[] {
  return layers
    .filter(({ deadChannels }) => deadChannels.length > 0)
    .map(({ name, deadChannels, channels }) => {
      const shown = deadChannels.slice(0, 16).join(', ');
      return `  ${name}: ${deadChannels.length} of ${channels} (${shown}${deadChannels.length > 16 ? ', …' : ''})`;
    });
}

/**
 * A matcher for vitest and jest: the share of dead channels in a report, or in one of its layers, is below `fraction`.
 * A layer with NaN or infinities fails it in either direction of `.not`: nothing is known of such a layer.
 *
 * @param received a report of `auditModel`, or one of its layers
 * @param fraction in [0, 1]; strictly below passes
 * @throws TypeError where `received` is no report; RangeError for a fraction outside [0, 1]
 */
export function toHaveDeadFractionBelow(
  this: { readonly isNot?: boolean } | undefined,
  received: unknown,
  fraction: number,
): MatcherResult {
  if (!(typeof fraction === 'number' && fraction >= 0 && fraction <= 1))
    throw invalidArgument({ where, argument: 'fraction', rule: 'must be in [0, 1]', received: describe(fraction) });
  const report = measured(received);
  const nonFinite = report.layers.filter(({ nonFiniteChannels }) => nonFiniteChannels.length > 0);
  if (nonFinite.length > 0)
    return {
      pass: this?.isNot ?? false,
      message: () => `NaN or infinity in ${nonFinite.map(({ name }) => name).join(', ')}: no dead fraction is known.`,
    };
  const pass = report.deadFraction < fraction;
  return {
    pass,
    message: () => {
      const wanted = `Expected a dead fraction ${pass ? 'of at least' : 'below'} ${percent(fraction)}`;
      return [`${wanted}. Received: ${percent(report.deadFraction)}.`, ...listDead(report)].join('\n');
    },
  };
}
