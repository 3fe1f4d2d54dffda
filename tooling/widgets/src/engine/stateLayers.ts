import { model as createModel, type LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { stackedSuffix } from './network';

/** The layers whose channels are shown: each hidden activation, the first one where two are stacked. */
export const shownActivations = (model: LayersModel): layers.Layer[] =>
  model.layers.filter(({ name }) => name.endsWith('_activation') && !name.endsWith(stackedSuffix));

/** A view of a network that gives z, h, or what else its layers pass on. It shares layers and weights: never dispose it. */
export const viewOf = (model: LayersModel, outputs: SymbolicTensor[]): LayersModel =>
  createModel({ inputs: model.inputs, outputs });

export const preactivationsOf = (model: LayersModel): SymbolicTensor[] =>
  shownActivations(model).map((layer) => layer.input as SymbolicTensor);

export const activationsOf = (model: LayersModel): SymbolicTensor[] =>
  shownActivations(model).map((layer) => layer.output as SymbolicTensor);
