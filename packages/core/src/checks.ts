// What needs no tensors, and so no tfjs: a command line that checks its arguments with these starts at once.
export { activationNames } from './activation';
export { describe, invalidArgument } from './errors';
export { encodeNumber } from './jsonNumber';
export { requireFinite, requireObject, requireOneOf, requirePositiveInteger } from './requirements';
