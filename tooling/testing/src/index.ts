export { useAnotherBackend, useBackend } from './backends';
export { expectTensorClose, maxRelativeToLargest, relativeError } from './closeness';
export { countTensors, expectNoLeak } from './leaks';
