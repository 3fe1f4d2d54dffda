export { activation, activationGrad } from './activations';
export { convolve, filterGradient, transposeTaps } from './convolution';
export { multiply, packColumns, packRows } from './gemm';
export { prelu, preluAlphaGrad, preluGrad, roundSums, zero } from './prelu';
export { adam, sgd } from './optimizers';
export { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from './pooling';
export { addBias, sumMiddle } from './sums';
export { transformFilter, transformFilterGradient, winogradConvolve, winogradFilterGradient } from './winograd';
