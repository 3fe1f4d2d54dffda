export { type ActivationParams, activation, activationNames, gain } from './activation';
export { type EluOptions, elu } from './elu';
export { type LeakyReluOptions, leakyRelu } from './leakyRelu';
export { prelu } from './prelu';
export { relu } from './relu';
