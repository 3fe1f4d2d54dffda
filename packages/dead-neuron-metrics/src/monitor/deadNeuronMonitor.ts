import { requirePositiveInteger } from '@relumine/core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import { release, type Seen, type TappedLayer, tap, tappedLayers } from '../audit/taps';
import type { MonitorEvent, MonitorHistory, MonitorStep } from './history';
import { Observer } from './observer';
import { observeStep } from './observeStep';

const where = 'dead-neuron-metrics/deadNeuronMonitor';

export interface MonitorOptions {
  /** Looks at every n-th training step; 1 unless given. */
  every?: number;
  /** Observations in a row without a firing until a channel counts as dead; 3 unless given. */
  patience?: number;
  /** Called for every channel that is born dead, dies or revives. */
  onEvent?: (event: MonitorEvent) => void;
  /** Called after every observation; `stop()` ends the training after this batch. May be async (to revive channels). */
  onStep?: (step: MonitorStep, control: { model: LayersModel; stop(): void }) => void | Promise<void>;
}

/** The callback; its `history` grows while it trains. */
export interface DeadNeuronMonitor extends CustomCallback {
  readonly history: MonitorHistory;
  /** Leaves the model as it was. Done at the end of training; call it where `fit` threw. */
  detach(): void;
}

/** The learning rate that an optimiser has now; undefined where it has none to read. */
function learningRateOf(model: LayersModel): number | undefined {
  const rate = (model.optimizer as unknown as { learningRate?: unknown } | undefined)?.learningRate;
  return typeof rate === 'number' ? rate : undefined;
}

/**
 * A callback for `fit` and `fitDataset` that watches channels die, from the training batches themselves: z and h are read
 * in the training step's own forward pass, so there is no extra one, and validation does not count.
 *
 * @example
 * const monitor = deadNeuronMonitor({ onEvent: ({ kind, layer, channel, step }) => console.log(kind, layer, channel, step) });
 * await model.fit(xs, ys, { epochs: 3, callbacks: monitor });
 * @throws RangeError for `every` or `patience` below 1
 */
export function deadNeuronMonitor(options: MonitorOptions = {}): DeadNeuronMonitor {
  const { every = 1, patience = 3, onEvent, onStep } = options;
  requirePositiveInteger(where, 'options.every', every);
  requirePositiveInteger(where, 'options.patience', patience);
  const history: MonitorHistory = { steps: [], events: [] };
  let observer: Observer | undefined;
  let tapped: TappedLayer[] = [];
  let model: LayersModel | undefined;
  let restore: (() => void) | undefined;
  let looking = false;
  let step = 0;
  const seen: Seen[] = [];

  const detach = (): void => {
    restore?.();
    restore = undefined;
    looking = false;
    for (const one of seen.splice(0)) release(one);
  };

  const onBatchEnd = async (loss: number | undefined): Promise<void> => {
    const now = step++;
    if (!looking || !model || !observer) return;
    looking = false;
    const observations = await observeStep(seen, tapped);
    const observed: MonitorStep = { step: now, loss: loss ?? null, layers: [] };
    const events = observer.observe(observed, observations, learningRateOf(model));
    history.steps.push(observed);
    history.events.push(...events);
    for (const event of events) onEvent?.(event);
    const current = model;
    await onStep?.(observed, {
      model: current,
      stop: () => {
        current.stopTraining = true;
      },
    });
  };

  const callback = new CustomCallback({
    onTrainBegin: async () => {
      detach();
      if (!model) return;
      tapped = tappedLayers(model);
      observer ??= new Observer(model, tapped, patience);
      restore = tap(
        tapped,
        (one) => seen.push(one),
        (training) => training && looking,
        'changes',
      );
    },
    onBatchBegin: async () => {
      looking = step % every === 0;
      if (looking) observer?.prepare(tapped);
    },
    onBatchEnd: async (_, logs) => onBatchEnd(logs?.loss),
    onTrainEnd: async () => detach(),
  });
  const setModel = (trained: unknown): void => {
    model = trained as LayersModel;
  };
  return Object.assign(callback, { history, detach, setModel });
}
