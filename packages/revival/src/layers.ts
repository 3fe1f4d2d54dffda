export type { RemovalData } from './largestDifference';
export type { KeptChannels, LayerChannels } from './planRemoval';
export {
  previewQuantization,
  type QuantizationData,
  type QuantizationPreview,
  type QuantizationPreviewOptions,
  type QuantizedLayer,
} from './previewQuantization';
export { type RemovalResult, removeDeadChannels } from './removeDeadChannels';
export { type Replacement, replaceActivations } from './replaceActivations';
export {
  type RevivalOptions,
  type RevivalResult,
  type RevivalStrategy,
  type RevivedLayer,
  reviveChannels,
} from './reviveChannels';
