import { add, expm1, getBackend, minimum, relu, elu as stockElu, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x above 0, eˣ − 1 elsewhere, NaN for NaN. The stock operation is right to the last digit on WASM; other backends take
 * the difference eˣ − 1, which cancels near 0.
 */
export const exponentialUnit = (x: Tensor): Tensor =>
  getBackend() === 'wasm' ? stockElu(x) : add(relu(x), expm1(minimum(x, 0)));
