export type { ActivationChoice, ModelOptions, Normalization } from './options';
export { modelActivationNames } from './parts/activationStep';
export { type InitializerName, initializerNames } from './parts/initializer';
export { simpleCnn } from './simpleCnn';
