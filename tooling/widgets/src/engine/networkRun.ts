import type { DeadNeuronReport } from '@relumine/core';
import {
  auditModel,
  type DeadNeuronMonitor,
  deadNeuronMonitor,
  type MonitorEvent,
} from '@relumine/dead-neuron-metrics/layers';
import { argMax, dispose, keep, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkChoices } from '../plan/plan';
import type { RunEvent } from '../protocol';
import { ChannelMemory } from './marks';
import { buildOptimizer, compile } from './network';
import { shownActivations } from './stateLayers';

/** Deaths are watched at every fourth step: often enough to name causes, for a hundredth of the time. */
const watchEvery = 4;

/** The parts of a callback that `fit` would call. */
interface Driven {
  onTrainBegin(): Promise<void>;
  onBatchBegin(batch: number): Promise<void>;
  onBatchEnd(batch: number, logs: { loss: number }): Promise<void>;
}

/** One network in training: its weights, its optimiser, and what happened to its channels. */
export class NetworkRun {
  readonly index: number;
  choices: NetworkChoices;
  model: LayersModel;
  optimizer: Optimizer;
  step = 0;
  /** Steps of this optimiser: before the first one it has no moments. */
  updates = 0;
  /** The last report, and the step that it is of. */
  report: DeadNeuronReport | undefined;
  reportStep = -1;
  /** The class that it guessed for each sample of that report. */
  guesses: ArrayLike<number> = [];
  memories: ChannelMemory[];
  private proved: { step: number; channels: number[][] } = { step: -1, channels: [] };
  private monitor: DeadNeuronMonitor | undefined;
  private monitorFrom = 0;
  private events: RunEvent[] = [];

  constructor(index: number, choices: NetworkChoices, model: LayersModel) {
    this.index = index;
    this.choices = choices;
    this.model = model;
    this.optimizer = buildOptimizer(choices);
    compile(model, this.optimizer);
    this.memories = shownActivations(model).map(() => new ChannelMemory());
  }

  /** One update on a batch; borrowed. */
  async train(xs: Tensor, ys: Tensor): Promise<{ loss: number; accuracy: number }> {
    const monitor = await this.watch();
    await monitor.onBatchBegin(this.step);
    const [loss = Number.NaN, accuracy = 0] = (await this.model.trainOnBatch(xs, ys)) as number[];
    await monitor.onBatchEnd(this.step, { loss });
    this.step++;
    this.updates++;
    return { loss, accuracy };
  }

  /** Audits on `probe`; borrowed. The same step is not audited twice unless the weights were changed. */
  async audit(probe: Tensor, batchSize: number): Promise<DeadNeuronReport> {
    if (this.report && this.reportStep === this.step) return this.report;
    const guessed: Tensor[] = [];
    const onOutputs = (outputs: Tensor | Tensor[]): void => {
      guessed.push(keep(argMax(outputs as Tensor, -1)));
    };
    let report: DeadNeuronReport;
    try {
      report = await auditModel(this.model, probe, { batchSize, onOutputs });
      const parts = await Promise.all(guessed.map((part) => part.data()));
      this.guesses = parts.flatMap((part) => [...part]);
    } finally {
      dispose(guessed);
    }
    const shown = new Set(shownActivations(this.model).map(({ name }) => name));
    const layers = report.layers.filter(({ name }) => shown.has(name));
    this.report = { ...report, layers };
    this.reportStep = this.step;
    return this.report;
  }

  /** Weights were changed from outside: what is known of them is known no longer. */
  changed(): void {
    this.report = undefined;
    this.proved = { step: -1, channels: [] };
  }

  /** Trains on with another model, the run's from now on, and an optimiser that starts anew. */
  replace(model: LayersModel, choices: NetworkChoices): void {
    this.disposeModel();
    this.choices = choices;
    this.model = model;
    this.optimizer = buildOptimizer(choices);
    this.updates = 0;
    compile(model, this.optimizer);
    this.changed();
  }

  /** Per layer, the channels that are proved dead, with the weights of this very step. */
  set certified(channels: number[][]) {
    this.proved = { step: this.step, channels };
  }

  get certified(): number[][] {
    return this.proved.step === this.step ? this.proved.channels : [];
  }

  takeEvents(): RunEvent[] {
    return this.events.splice(0);
  }

  note(event: RunEvent): void {
    this.events.push(event);
  }

  dispose(): void {
    this.disposeModel();
    this.events = [];
  }

  private disposeModel(): void {
    this.monitor?.detach();
    this.monitor = undefined;
    this.model.dispose();
    this.optimizer.dispose();
  }

  private async watch(): Promise<Driven> {
    if (!this.monitor) {
      this.monitorFrom = this.step;
      this.monitor = deadNeuronMonitor({ every: watchEvery, onEvent: (event) => this.take(event) });
      (this.monitor as unknown as { setModel(model: LayersModel): void }).setModel(this.model);
      await (this.monitor as unknown as Driven).onTrainBegin();
    }
    // What was seen lives on in the events; the step-by-step record would grow for ever.
    this.monitor.history.steps.length = 0;
    this.monitor.history.events.length = 0;
    return this.monitor as unknown as Driven;
  }

  private take({ kind, layer, channel, step, diagnosis }: MonitorEvent): void {
    // Dead at the first look after a change of model: it died before, and was told then.
    if (kind === 'born-dead' && this.monitorFrom > 0) return;
    const index = shownActivations(this.model).findIndex(({ name }) => name === layer);
    if (index < 0) return;
    this.events.push({
      kind: kind === 'born-dead' ? 'bornDead' : kind,
      step: this.monitorFrom + step,
      layer: index,
      channel,
      cause: diagnosis?.cause ?? null,
    });
  }
}
