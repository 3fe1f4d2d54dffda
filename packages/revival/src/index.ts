export { fakeQuantize, fakeQuantizeValues, type Granularity, type QuantizationOptions } from './quantization/quantize';
export { shiftForRate } from './revive/biasShifts';
