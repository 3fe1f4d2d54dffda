import { formatTable, type TableCell } from '@relumine/report';
import type { LayerOutcome, Run, RunsResult } from '../results';
import { compareAdvice } from './advice';

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

const fate = (layers: readonly LayerOutcome[]): string => {
  const sum = (key: 'bornDead' | 'died' | 'revived'): number => layers.reduce((total, layer) => total + layer[key], 0);
  const revived = sum('revived');
  return `${sum('bornDead')} / ${sum('died')}${revived > 0 ? ` (${revived} revived)` : ''}`;
};

function row(run: Run, severalSeeds: boolean): TableCell[] {
  const layers = run.layers.flatMap((layer): TableCell[] => [
    {
      text: `${layer.deadChannels}/${layer.channels}`,
      ...(layer.deadChannels > 0 ? { color: 'red' as const } : {}),
    },
    percent(layer.deadUnitFraction),
  ]);
  return [
    run.activation,
    ...(severalSeeds ? [run.seed] : []),
    ...layers,
    fate(run.layers),
    typeof run.trainLoss === 'number' ? run.trainLoss.toFixed(4) : run.trainLoss,
    percent(run.testAccuracy, 2),
    run.seconds.toFixed(1),
  ].map((cell) => (typeof cell === 'number' ? String(cell) : cell));
}

/** Options of `formatRuns`. */
export interface FormatRunsOptions {
  /** ANSI colours; off by default. */
  colors?: boolean;
}

/** The runs as one table, what its columns mean, and one line of advice. */
export function formatRuns(result: RunsResult, { colors = false }: FormatRunsOptions = {}): string {
  const severalSeeds = new Set(result.runs.map(({ seed }) => seed)).size > 1;
  const layers = result.runs[0]?.layers ?? [];
  const right = (header: string): { header: string; align: 'right' } => ({ header, align: 'right' });
  const table = formatTable({
    colors,
    columns: [
      'activation',
      ...(severalSeeds ? [right('seed')] : []),
      ...layers.flatMap(({ name }) => [right(`${name} dead`), right(`${name} units`)]),
      right('born dead / died'),
      right('train loss'),
      right('test accuracy'),
      right('seconds'),
    ],
    rows: result.runs.map((run) => row(run, severalSeeds)),
  });
  const bound = layers[0]?.firingRateBound95 ?? 1;
  const meaning = `dead: channels that fired on none of ${result.probeSize} test images, and so fire on at most ${percent(bound, 2)} of all (95 %); units: share of single positions of which that holds.`;
  return `${table}\n\n${meaning}\nAdvice: ${compareAdvice(result)}`;
}
