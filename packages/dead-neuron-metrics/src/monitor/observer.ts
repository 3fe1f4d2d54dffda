import type { LayerReport } from '@relumine/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TappedLayer } from '../audit/taps';
import { type ChannelObservation, diagnose, diagnoseBirth } from './causes';
import type { MonitorEvent, MonitorStep } from './history';
import { LayerTimeline } from './timeline';
import { weightsOf } from './weightsOf';

/** Turns the reports of one step after the other into timelines, events and causes. */
export class Observer {
  private readonly timelines = new Map<string, LayerTimeline>();
  /** The last observation at which each channel still fired. */
  private readonly lastAlive = new Map<string, ChannelObservation[]>();
  private readonly rates: number[] = [];
  private readonly model: LayersModel;
  private readonly order: Map<string, number>;
  private readonly patience: number;

  constructor(model: LayersModel, tapped: readonly TappedLayer[], patience: number) {
    this.model = model;
    this.order = new Map(tapped.map(({ path, name }, i) => [[...path, name].join('/'), i]));
    this.patience = patience;
  }

  /** Fills in the layers of `observed` and returns what happened. */
  observe(observed: MonitorStep, reports: readonly LayerReport[], learningRate: number | undefined): MonitorEvent[] {
    const events: MonitorEvent[] = [];
    const inOrder = [...reports].sort((a, b) => this.place(a) - this.place(b));
    let upstreamDead = false;
    for (const report of inOrder) {
      const { name, deadChannels, deadFraction, deadUnitFraction, nonFiniteChannels, channels } = report;
      observed.layers.push({ name, deadChannels, deadFraction, deadUnitFraction, nonFiniteChannels });
      const observation = this.look(report, upstreamDead, learningRate);
      events.push(...this.follow(report, observation, observed.step));
      upstreamDead = deadChannels.length === channels;
    }
    if (learningRate !== undefined) this.rates.push(learningRate);
    return events;
  }

  private place({ path, name }: LayerReport): number {
    return this.order.get([...path, name].join('/')) ?? 0;
  }

  private look(report: LayerReport, upstreamDead: boolean, learningRate: number | undefined): ChannelObservation {
    const weights = weightsOf(this.model, report.name, report.source);
    // For the ReLU family mean h hides what is below 0; the margin, max z, is what a death pushes under it.
    const meanZ = report.perChannel.margin.map((margin) => margin ?? Number.NaN);
    return { weights, meanZ, upstreamDead, learningRate };
  }

  private follow(report: LayerReport, now: ChannelObservation, step: number): MonitorEvent[] {
    const key = [...report.path, report.name].join('/');
    const timeline = this.timelines.get(key) ?? new LayerTimeline(report.channels, this.patience);
    this.timelines.set(key, timeline);
    const alive = this.lastAlive.get(key) ?? [];
    this.lastAlive.set(key, alive);
    const dead = new Set(report.deadChannels);
    const events = timeline.observe(step, dead).map(({ kind, channel, step: since }): MonitorEvent => {
      const before = alive[channel];
      const diagnosis =
        kind === 'born-dead'
          ? diagnoseBirth(channel, now)
          : kind === 'died' && before
            ? diagnose(channel, before, now, this.rates)
            : undefined;
      return { kind, layer: report.name, channel, step: since, diagnosis: diagnosis ?? null };
    });
    for (let c = 0; c < report.channels; c++) if (!dead.has(c)) alive[c] = now;
    return events;
  }
}
