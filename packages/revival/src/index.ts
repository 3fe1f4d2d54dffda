export { shiftForRate } from './biasShifts';
export { fakeQuantize, fakeQuantizeValues, type Granularity, type QuantizationOptions } from './quantize';
