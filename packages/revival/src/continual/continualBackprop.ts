import { createRandom, requireFinite, requireObject, requirePositiveInteger } from '@relumine/core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import { activatedSpaces } from '../channels/activatedSpaces';
import { type ChannelStructure, channelStructure } from '../channels/spaces';
import { gainOf } from '../revive/gainOf';
import { hasSlots, slotFinder } from '../revive/optimizerSlots';
import { renewIncoming } from '../revive/renewIncoming';
import { silenceOutgoing } from '../revive/silenceOutgoing';
import { UnitTraces } from './unitTraces';

const where = 'revival/continualBackprop';

/** Options of `continualBackprop`. */
export interface ContinualBackpropOptions {
  /** Share of the mature channels of each layer that is replaced in each step; 1e-4 unless given. */
  replacementRate?: number;
  /** How slowly the utility forgets, η; 0.99 unless given. */
  decay?: number;
  /** Steps that a new channel is left alone; 100 unless given. */
  maturity?: number;
  /** Its moments of the replaced slices are reset; the optimiser that the model is compiled with unless given. */
  optimizer?: Optimizer;
  seed: number | string;
  /** Called for every replacement. */
  onReplace?: (event: Replacement) => void;
}

/** Channels that were replaced after one training step. */
export interface Replacement {
  /** From 0, counted from the first step that was seen. */
  step: number;
  /** The layer whose output they are. */
  layer: string;
  channels: number[];
}

/** The callback; for a loop of one's own there are `attach`, `afterStep` and `detach`. */
export interface ContinualBackprop extends CustomCallback {
  readonly replaced: Replacement[];
  /** Layers whose channels are watched; others join several branches, or are shared or outputs. */
  readonly layers: string[];
  /** Watches a model's training steps from now on. */
  attach(model: LayersModel): void;
  /** To be awaited after every training step. */
  afterStep(): Promise<void>;
  /** Leaves the model's layers as they were. Done at the end of `fit`; call it where `fit` threw. */
  detach(): void;
}

type Call = (inputs: Tensor | Tensor[], kwargs: { training?: boolean } | undefined) => Tensor | Tensor[];

/** Lets `traces` see what its layer puts out while it trains; returns what undoes it. */
function watch(traces: UnitTraces): () => void {
  const { layer } = traces.unit.call;
  const target = layer as unknown as { call: Call };
  const own = Object.hasOwn(target, 'call') ? target.call : undefined;
  const call = target.call.bind(layer) as Call;
  target.call = (inputs, kwargs) => {
    const outputs = call(inputs, kwargs);
    if (kwargs?.training === true) traces.see([outputs].flat()[0]!);
    return outputs;
  };
  return () => {
    if (own) target.call = own;
    else delete (target as { call?: Call }).call;
  };
}

/**
 * Continual backpropagation: after every training step, the mature channels of least utility u = η u + (1 − η) · mean|h| ·
 * Σ|w_out| are replaced, a share `replacementRate` of them: new incoming weights, outgoing weights 0, the mean of what they
 * put out folded into the next bias, and the optimiser's moments of these slices reset. A network that trains so keeps
 * channels that can learn for as long as it trains. Utilities come from the training step's own forward pass.
 *
 * @example
 * await model.fit(xs, ys, { epochs: 10, callbacks: continualBackprop({ seed: 1 }) });
 * @throws RangeError for a rate or decay outside [0, 1), a maturity below 1
 * @see Dohare et al. 2024, Loss of plasticity in deep continual learning, Nature 632
 */
export function continualBackprop(options: ContinualBackpropOptions): ContinualBackprop {
  requireObject(where, 'options', options);
  const { replacementRate = 1e-4, decay = 0.99, maturity = 100, seed, onReplace } = options;
  requireFinite(where, 'options.replacementRate', replacementRate, { min: 0, max: 1 });
  requireFinite(where, 'options.decay', decay, { min: 0, max: 0.999999 });
  requirePositiveInteger(where, 'options.maturity', maturity);
  const random = createRandom(seed);
  const replaced: Replacement[] = [];
  const layers: string[] = [];
  let model: LayersModel | undefined;
  let structure: ChannelStructure | undefined;
  let step = 0;
  let traces: UnitTraces[] = [];
  let restore: (() => void)[] = [];

  const detach = (): void => {
    for (const undo of restore.reverse()) undo();
    for (const one of traces) one.dispose();
    [restore, traces] = [[], []];
  };

  const attach = (trained: LayersModel): void => {
    detach();
    model = trained;
    structure = channelStructure(trained);
    for (const unit of activatedSpaces(structure)) {
      const one = new UnitTraces(structure, unit, decay);
      traces.push(one);
      restore.push(watch(one));
    }
    layers.splice(0, layers.length, ...traces.map(({ unit }) => unit.call.layer.name));
  };

  const replace = async (one: UnitTraces, count: number): Promise<void> => {
    const { space, activation, call } = one.unit;
    const chosen = await one.leastUseful(count, maturity);
    const channels = [...chosen.keys()].sort((a, b) => a - b);
    const optimizer = options.optimizer ?? model!.optimizer;
    const slots = optimizer && hasSlots(optimizer) ? slotFinder(where, model!, optimizer) : undefined;
    await renewIncoming(structure!, space, channels, {
      random: random.fork(`${step}/${call.layer.name}`),
      gain: gainOf(activation),
      slots,
    });
    await silenceOutgoing(structure!, space, channels, (c) => ({ value: chosen.get(c)!, constant: false }), slots);
    await one.restart(channels);
    const event = { step, layer: call.layer.name, channels };
    replaced.push(event);
    onReplace?.(event);
  };

  const afterStep = async (): Promise<void> => {
    for (const one of traces) {
      if (!one.update()) continue;
      const count = one.takeDue(replacementRate, maturity);
      if (count > 0) await replace(one, count);
    }
    step++;
  };

  const callback = new CustomCallback({
    onTrainBegin: async () => {
      if (model) attach(model);
    },
    onBatchEnd: afterStep,
    onTrainEnd: async () => detach(),
  });
  const setModel = (trained: unknown): void => {
    model = trained as LayersModel;
  };
  return Object.assign(callback, { replaced, layers, attach, afterStep, detach, setModel });
}
