export { fakeQuantize, fakeQuantizeValues, type Granularity, type QuantizationOptions } from './quantize';
export { shiftForRate } from './revive/biasShifts';
