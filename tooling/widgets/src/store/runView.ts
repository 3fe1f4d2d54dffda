import type { DeathCause } from '@relumine/dead-neuron-metrics/layers';
import { markRaw, type Raw } from 'vue';
import type { NetworkChoices } from '../plan/plan';
import type { Acted, ActResult, Audited, Inspected, LayerCells, RunEvent } from '../protocol';
import { halve, Series } from './series';

/** z's spread in one layer, a column per look. */
export interface HistogramHistory {
  steps: number[];
  columns: Uint32Array[];
}

/** All that is to be seen of one network. */
export interface RunView {
  readonly index: number;
  choices: NetworkChoices;
  parameters: number;
  loss: Raw<Series>;
  accuracy: Raw<Series>;
  dead: Raw<Series>;
  layers: LayerCells[];
  samples: number;
  deadFraction: number;
  testAccuracy: number;
  histograms: Raw<HistogramHistory>[];
  surface: Raw<Float32Array> | undefined;
  events: Raw<RunEvent[]>;
  /** How often what happened, those included that {@link events} has forgotten. */
  happened: Record<RunEvent['kind'], number>;
  /** How many of the deaths had which cause; those whose cause could not be told are in none. */
  causes: Partial<Record<DeathCause, number>>;
  /** Counts the audits: what is drawn of them watches it. */
  looks: number;
  inspected: Inspected | undefined;
  result: ActResult | undefined;
  refused: string;
  diverged: boolean;
}

const mostColumns = 96;
const mostEvents = 1500;

export const newRunView = (index: number, choices: NetworkChoices): RunView => ({
  index,
  choices,
  parameters: 0,
  loss: markRaw(new Series(0.9)),
  accuracy: markRaw(new Series(0.9)),
  dead: markRaw(new Series()),
  layers: [],
  samples: 0,
  deadFraction: 0,
  testAccuracy: Number.NaN,
  histograms: [],
  surface: undefined,
  events: markRaw([]),
  happened: { bornDead: 0, died: 0, revived: 0, act: 0 },
  causes: {},
  looks: 0,
  inspected: undefined,
  result: undefined,
  refused: '',
  diverged: false,
});

export function takeAudit(run: RunView, audit: Audited): void {
  run.looks++;
  run.layers = markRaw(audit.layers);
  run.samples = audit.samples;
  run.deadFraction = audit.deadFraction;
  run.testAccuracy = audit.testAccuracy;
  run.surface = audit.surface ? markRaw(audit.surface) : undefined;
  run.dead.push(audit.step, audit.deadFraction);
  audit.histograms.forEach((counts, layer) => {
    run.histograms[layer] ??= markRaw({ steps: [], columns: [] });
    const { steps, columns } = run.histograms[layer];
    if (steps.at(-1) === audit.step) {
      columns[columns.length - 1] = counts;
      return;
    }
    steps.push(audit.step);
    columns.push(counts);
    if (steps.length <= mostColumns) return;
    halve(steps);
    halve(columns);
  });
}

export function takeEvents(run: RunView, events: readonly RunEvent[]): void {
  run.events.push(...events);
  for (const { kind, cause } of events) {
    run.happened[kind]++;
    if (kind === 'died' && cause) run.causes[cause] = (run.causes[cause] ?? 0) + 1;
  }
  if (run.events.length > mostEvents) run.events.splice(0, run.events.length - mostEvents);
}

export function takeAct(run: RunView, { result, choices, parameters, step }: Acted): void {
  run.result = markRaw(result);
  run.refused = '';
  run.choices = choices;
  run.parameters = parameters;
  // Certificates and previews change nothing in the network.
  if (result.type !== 'certify' && result.type !== 'quantize')
    takeEvents(run, [{ kind: 'act', step, layer: -1, channel: -1, cause: null }]);
}

export function takeStep(run: RunView, step: number, loss: number, accuracy: number): void {
  run.loss.push(step, loss);
  run.accuracy.push(step, accuracy);
  if (!Number.isFinite(loss)) run.diverged = true;
}
