export type { ActivationChoice, ModelOptions, Normalization } from './options';
export { type InitializerName, initializerNames } from './parts/initializer';
export { simpleCnn } from './simpleCnn';
