export { default as CanvasView } from './CanvasView.vue';
export { createTraining } from './createTraining';
export { activationPlot } from './draw/activationPlot';
export type { Draw } from './draw/canvas';
export { heatmap } from './draw/heatmap';
export { lineChart } from './draw/lineChart';
export { grayPicture, kernelPicture } from './draw/pictures';
export { surfacePlot } from './draw/surfacePlot';
export { causeColours, timeline, timelineHeight } from './draw/timeline';
export { isolate } from './isolation';
export { default as LayerGrid } from './LayerGrid.vue';
export { default as Playground } from './Playground.vue';
export {
  biases,
  type DataName,
  dataNames,
  defaultNetwork,
  depths,
  fitted,
  learningRates,
  mostNetworks,
  type NetworkChoices,
  normalizations,
  optimizerNames,
  planar,
  type TrainingPlan,
  widths,
} from './plan/plan';
export { planKeys, readPlan, writePlan } from './plan/planAddress';
export { type Scene, type SceneName, sceneNamed, sceneNames, scenes } from './plan/scenes';
export type {
  ActResult,
  Built,
  ChannelMark,
  Inspected,
  LayerCells,
  OwnImage,
  RevivalStrategy,
  RunEvent,
} from './protocol';
export { notBelowZero } from './store/notBelowZero';
export type { RunView } from './store/runView';
export { defaultThreads, mostThreads } from './threads';
export { curveKey, type ProblemKind, type Training, type TrainingState } from './trainingState';
export { trainingWorker } from './trainingWorker';
