export { type AdamOptions, type AdamWOptions, adam, adamW } from './optimizers/adam';
export { type SgdOptions, sgd } from './optimizers/sgd';
export { registerTrainingKernels, type TrainingKernels } from './registerTrainingKernels';
export { softmaxCrossEntropy } from './softmaxCrossEntropy';
export { type StartedWasm, type StartOptions, startWasm } from './startWasm';
