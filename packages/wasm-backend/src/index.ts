export { registerTrainingKernels, type TrainingKernels } from './registerTrainingKernels';
export { type StartedWasm, type StartOptions, startWasm } from './startWasm';
