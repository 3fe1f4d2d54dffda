export { activation, activationGrad } from './activations';
export { prelu, preluAlphaGrad, preluGrad, roundSums, zero } from './prelu';
