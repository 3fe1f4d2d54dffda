import { type DeadNeuronReport, decodeNumber, type InputStatistics, invalidArgument } from '@relumine/core';

const where = 'dead-neuron-metrics/referenceWarnings';

/** A share of dead channels counts as a jump where it is this many standard errors, and this share, above the reference. */
const [standardErrors, least] = [3, 0.02];
/** Input counts as shifted from this many of the reference's standard deviations on, or where its spread is this many times another. */
const [shift, ratio] = [0.5, 2];

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
const short = (value: number): string => `${Number(value.toPrecision(3))}`;

/** Dead channels after as many samples as possible, but at most `samples`. */
function deadAfter({ curve }: DeadNeuronReport, samples: number): { samples: number; dead: number } | undefined {
  const point = curve.filter((one) => one.samples <= samples).at(-1);
  return point && { samples: point.samples, dead: point.deadChannels };
}

const share = (dead: number, { summary }: DeadNeuronReport): number => dead / Math.max(1, summary.channels);

/** Dead channels fall as samples come, so both reports are read after as many samples as both have seen. */
function jump(report: DeadNeuronReport, reference: DeadNeuronReport): string[] {
  const common = Math.min(report.samples, reference.samples);
  const [now, then] = [deadAfter(report, common), deadAfter(reference, common)];
  if (!now || !then) return [];
  const [a, b] = [share(now.dead, report), share(then.dead, reference)];
  const pooled = (now.dead + then.dead) / Math.max(1, report.summary.channels + reference.summary.channels);
  const error = Math.sqrt(
    pooled * (1 - pooled) * (1 / Math.max(1, report.summary.channels) + 1 / Math.max(1, reference.summary.channels)),
  );
  if (a - b <= Math.max(least, standardErrors * error)) return [];
  return [
    `After ${now.samples} samples ${percent(a)} of the channels had not fired, against ${percent(b)} after ${then.samples} in the reference: the data are unlike the reference's, or the network has changed. Compare how they were prepared before you believe the verdicts.`,
  ];
}

const moments = ({ values, nonFinite, sum, sumSquares }: InputStatistics): { mean: number; deviation: number } => {
  const count = values - nonFinite;
  const mean = decodeNumber(sum) / count;
  return { mean, deviation: Math.sqrt(Math.max(0, decodeNumber(sumSquares) / count - mean * mean)) };
};

function shifted(one: InputStatistics, reference: InputStatistics): string | undefined {
  const [a, b] = [moments(one), moments(reference)];
  const far = Math.abs(a.mean - b.mean) > shift * b.deviation;
  const wide = a.deviation > ratio * b.deviation || b.deviation > ratio * a.deviation;
  if (!far && !wide) return undefined;
  return `Input ${one.name} has mean ${short(a.mean)} and standard deviation ${short(a.deviation)}, against ${short(b.mean)} and ${short(b.deviation)} in the reference: scale and centre it as the training data were.`;
}

const keys = (layers: readonly { path: readonly string[]; name: string }[]): string =>
  layers.map(({ path, name }) => [...path, name].join('/')).join(', ');

/**
 * Whether a reference can be one of these layers; asked before they are run, which may take hours.
 *
 * @throws RangeError where it has other layers
 */
export function requireReference(
  layers: readonly { path: readonly string[]; name: string }[],
  reference: DeadNeuronReport,
): void {
  const known = new Set(layers.map((layer) => keys([layer])));
  if (reference.layers.length > 0 && reference.layers.every((layer) => known.has(keys([layer])))) return;
  throw invalidArgument({
    where,
    argument: 'reference',
    rule: 'must be a report of the same layers',
    received: `${keys(reference.layers)}, against ${keys(layers)}`,
  });
}

/**
 * What in a report does not fit an earlier one of the same network on data like its training data: a share of dead
 * channels that jumps (by more than 3 standard errors and 2 percentage points, after as many samples), and input whose
 * mean lies more than half a standard deviation off or whose spread is more than twice another.
 *
 * @param reference a report of the same layers; `auditModel` on training data makes one
 * @returns sentences; none where nothing is conspicuous
 * @throws RangeError where the layers differ
 */
export function referenceWarnings(report: DeadNeuronReport, reference: DeadNeuronReport): string[] {
  const names = ({ layers }: DeadNeuronReport): string =>
    layers.map(({ path, name, channels }) => `${[...path, name].join('/')} (${channels})`).join(', ');
  if (names(report) !== names(reference))
    throw invalidArgument({
      where,
      argument: 'reference',
      rule: 'must be a report of the same layers',
      received: `${names(reference)}, against ${names(report)}`,
    });
  // By place: tfjs numbers the names of inputs anew with every load.
  const inputs = (report.inputs ?? []).flatMap((one, i) => {
    const other = reference.inputs?.[i];
    const sentence = other && shifted(one, other);
    return sentence ? [sentence] : [];
  });
  return [...jump(report, reference), ...inputs];
}
