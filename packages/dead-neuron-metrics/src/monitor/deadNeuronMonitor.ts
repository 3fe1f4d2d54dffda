import { requirePositiveInteger } from '@relumine/core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import { requireLayersModel } from '../audit/requireLayersModel';
import { tap, tappedLayers } from '../audit/taps';
import type { MonitorEvent, MonitorHistory, MonitorStep } from './history';
import { Observer } from './observer';
import { StepWatch } from './stepWatch';

const where = 'dead-neuron-metrics/deadNeuronMonitor';

/** Options of `deadNeuronMonitor`. */
export interface MonitorOptions {
  /** Looks at every n-th training step; 1 unless given. */
  every?: number;
  /** Observations in a row without a firing until a channel counts as dead; 3 unless given. */
  patience?: number;
  /** Whose learning rate is read, in loops of your own; the compiled model's unless given. */
  optimizer?: Optimizer;
  /** Called for every channel that is born dead, dies or revives. */
  onEvent?: (event: MonitorEvent) => void;
  /** Called after every observation; `stop()` ends the training after this batch. May be async (to revive channels). */
  onStep?: (step: MonitorStep, control: MonitorControl) => void | Promise<void>;
}

export interface MonitorControl {
  model: LayersModel;
  /** Sets `model.stopTraining`, which `fit` obeys; a loop of your own asks for it. */
  stop(): void;
}

/** The callback; its `history` grows while it trains. */
export interface DeadNeuronMonitor extends CustomCallback {
  readonly history: MonitorHistory;
  /**
   * One step of a training loop of your own: runs `update`, which calls the model and changes its weights, and observes
   * it. Every call of the model inside counts, whatever its `training` flag.
   *
   * @returns what `update` returns; a number or a scalar is noted as the loss
   * @throws what `update` throws; the step is then not counted
   */
  step<T>(model: LayersModel, update: () => T | Promise<T>): Promise<T>;
  /** Leaves the model as it was. Done at the end of `fit`; call it after a loop of your own, or where `fit` threw. */
  detach(): void;
}

/** The learning rate that an optimiser has now; undefined where it has none to read. */
function learningRateOf(optimizer: unknown): number | undefined {
  const rate = (optimizer as { learningRate?: unknown } | undefined)?.learningRate;
  return typeof rate === 'number' ? rate : undefined;
}

async function lossOf(result: unknown): Promise<number | null> {
  const first = Array.isArray(result) ? result[0] : result;
  if (typeof first === 'number') return first;
  const scalar = first as Tensor | null | undefined;
  if (typeof scalar?.data !== 'function' || scalar.size !== 1) return null;
  return (await scalar.data())[0] as number;
}

/** What a monitor does, whoever drives it. */
class Monitor {
  readonly history: MonitorHistory = { steps: [], events: [] };
  private readonly options: MonitorOptions;
  private readonly every: number;
  private readonly patience: number;
  private model: LayersModel | undefined;
  private observer: Observer | undefined;
  private watch: StepWatch | undefined;
  private restore: (() => void) | undefined;
  private looking = false;
  private anyCall = false;
  private count = 0;

  constructor(options: MonitorOptions) {
    const { every = 1, patience = 3 } = options;
    requirePositiveInteger(where, 'options.every', every);
    requirePositiveInteger(where, 'options.patience', patience);
    this.options = options;
    this.every = every;
    this.patience = patience;
  }

  attach(model: LayersModel): void {
    if (this.restore && model === this.model) return;
    this.detach();
    const tapped = tappedLayers(model);
    if (!this.observer || model !== this.model) this.observer = new Observer(tapped, this.patience);
    this.model = model;
    const watch = new StepWatch(tapped);
    this.watch = watch;
    this.restore = tap(tapped, (one) => watch.see(one), {
      wanted: (training) => this.looking && (training || this.anyCall),
      glance: (one, z, own) => watch.glance(one, z, own),
    });
  }

  detach(): void {
    this.restore?.();
    this.restore = undefined;
    this.looking = false;
    this.watch?.dispose();
    this.watch = undefined;
    this.observer?.settle();
  }

  begin(anyCall = false): void {
    this.anyCall = anyCall;
    this.looking = this.count % this.every === 0;
    if (this.looking) this.observer?.prepare();
  }

  abandon(): void {
    this.looking = false;
    this.watch?.forget();
    this.observer?.abandon();
  }

  async end(loss: number | null): Promise<void> {
    const step = this.count++;
    const { model, observer, watch } = this;
    if (!this.looking || !model || !observer || !watch) return;
    this.looking = false;
    const observed: MonitorStep = { step, loss, layers: [] };
    const rate = learningRateOf(this.options.optimizer ?? model.optimizer);
    const events = observer.observe(observed, await watch.observe(), rate);
    this.history.steps.push(observed);
    this.history.events.push(...events);
    for (const event of events) this.options.onEvent?.(event);
    const stop = (): void => {
      model.stopTraining = true;
    };
    await this.options.onStep?.(observed, { model, stop });
  }
}

/**
 * A callback for `fit` and `fitDataset`, and a guard for loops of your own, that watches channels die, from the training
 * batches themselves: z is read in the training step's own forward pass, so there is no extra one, and validation does
 * not count.
 *
 * @example
 * const monitor = deadNeuronMonitor({ onEvent: ({ kind, layer, channel, step }) => console.log(kind, layer, channel, step) });
 * await model.fit(xs, ys, { epochs: 3, callbacks: monitor });
 * @example
 * for (const [x, y] of batches) await monitor.step(model, () => optimizer.minimize(() => loss(model.apply(x), y), true));
 * monitor.detach();
 * @throws RangeError for `every` or `patience` below 1
 */
export function deadNeuronMonitor(options: MonitorOptions = {}): DeadNeuronMonitor {
  const monitor = new Monitor(options);
  let trained: LayersModel | undefined;
  const callback = new CustomCallback({
    onTrainBegin: async () => {
      monitor.detach();
      if (trained) monitor.attach(trained);
    },
    onBatchBegin: async () => monitor.begin(),
    onBatchEnd: async (_, logs) => monitor.end(logs?.loss ?? null),
    onTrainEnd: async () => monitor.detach(),
  });
  return Object.assign(callback, {
    history: monitor.history,
    detach: () => monitor.detach(),
    setModel: (model: unknown) => {
      trained = model as LayersModel;
    },
    step: async <T>(model: LayersModel, update: () => T | Promise<T>): Promise<T> => {
      requireLayersModel(`${where}.step`, model);
      monitor.attach(model);
      monitor.begin(true);
      let result: T;
      try {
        result = await update();
      } catch (error) {
        monitor.abandon();
        throw error;
      }
      await monitor.end(await lossOf(result));
      return result;
    },
  });
}
