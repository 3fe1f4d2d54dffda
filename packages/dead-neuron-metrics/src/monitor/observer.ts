import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TappedLayer } from '../audit/taps';
import type { LayerObservation } from '../statistics/observeLayer';
import { type ChannelObservation, diagnose, diagnoseBirth } from './causes';
import type { MonitorEvent, MonitorStep } from './history';
import { LayerTimeline } from './timeline';
import { type ChannelWeights, weightsOf } from './weightsOf';

/** Turns the reports of one step after the other into timelines, events and causes. */
export class Observer {
  private readonly timelines = new Map<string, LayerTimeline>();
  /** The last observation at which each channel still fired. */
  private readonly lastAlive = new Map<string, ChannelObservation[]>();
  /** The observation at which each channel first did not fire, while it goes on so. */
  private readonly firstDead = new Map<string, (ChannelObservation | undefined)[]>();
  /** The weights with which the step in progress computes its z: read before its update. */
  private weights = new Map<string, ChannelWeights>();
  private readonly rates: number[] = [];
  private readonly model: LayersModel;
  private readonly order: Map<string, number>;
  private readonly patience: number;

  constructor(model: LayersModel, tapped: readonly TappedLayer[], patience: number) {
    this.model = model;
    this.order = new Map(tapped.map(({ path, name }, i) => [[...path, name].join('/'), i]));
    this.patience = patience;
  }

  /** Reads the weights of a step that will be observed; call it before the step's update changes them. */
  prepare(tapped: readonly TappedLayer[]): void {
    this.weights = new Map(
      tapped.map(({ path, name, source }) => [[...path, name].join('/'), weightsOf(this.model, name, source)]),
    );
  }

  /** Fills in the layers of `observed` and returns what happened. */
  observe(
    observed: MonitorStep,
    reports: readonly LayerObservation[],
    learningRate: number | undefined,
  ): MonitorEvent[] {
    const events: MonitorEvent[] = [];
    const inOrder = [...reports].sort((a, b) => this.place(a) - this.place(b));
    let upstreamDead = false;
    for (const report of inOrder) {
      const { name, deadChannels, deadFraction, deadUnitFraction, nonFiniteChannels, channels } = report;
      observed.layers.push({ name, deadChannels, deadFraction, deadUnitFraction, nonFiniteChannels });
      const observation = this.look(report, upstreamDead);
      events.push(...this.follow(report, observation, observed.step));
      upstreamDead = deadChannels.length === channels;
    }
    this.rates.push(learningRate ?? Number.NaN);
    return events;
  }

  private place({ path, name }: LayerObservation): number {
    return this.order.get([...path, name].join('/')) ?? 0;
  }

  private look(report: LayerObservation, upstreamDead: boolean): ChannelObservation {
    const key = [...report.path, report.name].join('/');
    const weights = this.weights.get(key) ?? { shift: null, normalized: false, kernelNorm: null };
    const maxZ = report.margin.map((margin) => margin ?? Number.NaN);
    return { index: this.rates.length, weights, maxZ, upstreamDead };
  }

  private follow(report: LayerObservation, now: ChannelObservation, step: number): MonitorEvent[] {
    const key = [...report.path, report.name].join('/');
    const timeline = this.timelines.get(key) ?? new LayerTimeline(report.channels, this.patience);
    this.timelines.set(key, timeline);
    const alive = this.lastAlive.get(key) ?? [];
    this.lastAlive.set(key, alive);
    const first = this.firstDead.get(key) ?? [];
    this.firstDead.set(key, first);
    const dead = new Set(report.deadChannels);
    for (const c of dead) first[c] ??= now;
    const events = timeline.observe(step, dead).map(({ kind, channel, step: since }): MonitorEvent => {
      const before = alive[channel];
      const diagnosis =
        kind === 'born-dead'
          ? diagnoseBirth(channel, now)
          : kind === 'died' && before
            ? diagnose(channel, before, first[channel] ?? now, this.rates)
            : undefined;
      return { kind, layer: report.name, channel, step: since, diagnosis: diagnosis ?? null };
    });
    for (let c = 0; c < report.channels; c++) {
      if (dead.has(c)) continue;
      alive[c] = now;
      first[c] = undefined;
    }
    return events;
  }
}
