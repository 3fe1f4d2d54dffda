export type { RemovalData } from './largestDifference';
export type { KeptChannels, LayerChannels } from './planRemoval';
export { type RemovalResult, removeDeadChannels } from './removeDeadChannels';
