import type { TappedLayer } from '../audit/taps';
import type { LayerObservation } from '../statistics/observeLayer';
import { type ChannelObservation, diagnose, diagnoseBirth } from './causes';
import type { MonitorEvent, MonitorStep } from './history';
import { LayerTimeline } from './timeline';
import { upstreamOf } from './upstream';
import { type ChannelWeights, weightsReader } from './weightsOf';

/** A layer's name within the whole model. */
const keyOf = ({ path, name }: { path: readonly string[]; name: string }): string => [...path, name].join('/');

/** Turns the reports of one step after the other into timelines, events and causes. */
export class Observer {
  private readonly timelines = new Map<string, LayerTimeline>();
  /** The last observation at which each channel still fired. */
  private readonly lastAlive = new Map<string, ChannelObservation[]>();
  /** The observation at which each channel first did not fire, while it goes on so. */
  private readonly firstDead = new Map<string, (ChannelObservation | undefined)[]>();
  /** The weights with which the step in progress computes its z: read before its update. */
  private readonly weights = new Map<string, ChannelWeights>();
  /** The last observation of each layer. */
  private readonly latest = new Map<string, ChannelObservation>();
  private readonly rates: number[] = [];
  private readonly readers: ReadonlyMap<string, () => ChannelWeights>;
  /** The layers that each layer reads from, by their keys. */
  private readonly upstream: ReadonlyMap<string, readonly string[]>;
  private readonly patience: number;

  constructor(tapped: readonly TappedLayer[], patience: number) {
    this.readers = new Map(tapped.map((one) => [keyOf(one), weightsReader(one)]));
    this.upstream = new Map(tapped.map((one) => [keyOf(one), upstreamOf(one, tapped).map(keyOf)]));
    this.patience = patience;
  }

  /** Reads the weights of a step that will be observed; call it before the step's update changes them. */
  prepare(): void {
    this.abandon();
    for (const [key, read] of this.readers) this.weights.set(key, read());
  }

  /** Forgets a step that is not to be observed. */
  abandon(): void {
    for (const { kernelNorms } of this.weights.values()) kernelNorms?.release();
    this.weights.clear();
  }

  /** Holds no tensor any more; what it has seen stays, so that it can go on. */
  settle(): void {
    this.abandon();
    for (const { weights } of this.latest.values()) {
      weights.kernelNorms?.read();
      weights.kernelNorms?.release();
    }
  }

  /** Fills in the layers of `observed` and returns what happened. */
  observe(
    observed: MonitorStep,
    reports: readonly LayerObservation[],
    learningRate: number | undefined,
  ): MonitorEvent[] {
    const events: MonitorEvent[] = [];
    const dead = new Set(reports.filter((one) => one.deadChannels.length === one.channels).map(keyOf));
    for (const report of reports) {
      const { name, path, deadChannels, deadFraction, deadUnitFraction, nonFiniteChannels } = report;
      observed.layers.push({ name, path, deadChannels, deadFraction, deadUnitFraction, nonFiniteChannels });
      const before = this.upstream.get(keyOf(report)) ?? [];
      const upstreamDead = before.length > 0 && before.every((key) => dead.has(key));
      events.push(...this.follow(report, this.look(report, upstreamDead), observed.step));
    }
    this.abandon();
    this.rates.push(learningRate ?? Number.NaN);
    return events;
  }

  private look(report: LayerObservation, upstreamDead: boolean): ChannelObservation {
    const key = keyOf(report);
    const weights = this.weights.get(key) ?? { shift: null, normalized: false, kernelNorms: null };
    const maxZ = report.margin.map((margin) => margin ?? Number.NaN);
    return { index: this.rates.length, weights, maxZ, upstreamDead };
  }

  private follow(report: LayerObservation, now: ChannelObservation, step: number): MonitorEvent[] {
    const key = keyOf(report);
    const timeline = this.timelines.get(key) ?? new LayerTimeline(report.channels, this.patience);
    this.timelines.set(key, timeline);
    const alive = this.lastAlive.get(key) ?? [];
    this.lastAlive.set(key, alive);
    const first = this.firstDead.get(key) ?? [];
    this.firstDead.set(key, first);
    const dead = new Set(report.deadChannels);
    for (const c of dead) {
      if (first[c]) continue;
      first[c] = now;
      // A death that is told of later is explained by the kernels of these two observations.
      if (alive[c]) for (const { weights } of [alive[c], now]) weights.kernelNorms?.read();
    }
    const events = timeline.observe(step, dead).map(({ kind, channel, step: since }): MonitorEvent => {
      const before = alive[channel];
      const diagnosis =
        kind === 'born-dead'
          ? diagnoseBirth(channel, now)
          : kind === 'died' && before
            ? diagnose(channel, before, first[channel] ?? now, this.rates)
            : undefined;
      return { kind, layer: report.name, path: report.path, channel, step: since, diagnosis: diagnosis ?? null };
    });
    for (let c = 0; c < report.channels; c++) {
      if (dead.has(c)) continue;
      alive[c] = now;
      first[c] = undefined;
    }
    this.latest.get(key)?.weights.kernelNorms?.release();
    this.latest.set(key, now);
    this.weights.delete(key);
    return events;
  }
}
