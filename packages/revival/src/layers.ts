export {
  type ContinualBackprop,
  type ContinualBackpropOptions,
  continualBackprop,
  type Replacement as ContinualReplacement,
} from './continual/continualBackprop';
export type { RemovalData } from './largestDifference';
export type { KeptChannels, LayerChannels } from './planRemoval';
export {
  previewQuantization,
  type QuantizationData,
  type QuantizationPreview,
  type QuantizationPreviewOptions,
  type QuantizedLayer,
  type QuantizedVariant,
} from './quantization/previewQuantization';
export { type RemovalOptions, type RemovalResult, removeDeadChannels } from './removeDeadChannels';
export type { Cure, CureContext, CustomCure } from './repair/cures';
export {
  type CureAttempt,
  type RepairOptions,
  type RepairResult,
  repairNetwork,
  type Trial,
} from './repair/repairNetwork';
export { type Replacement, replaceActivations } from './replaceActivations';
export {
  type RevivalOptions,
  type RevivalResult,
  type RevivalStrategy,
  reviveChannels,
} from './revive/reviveChannels';
export type { RevivedLayer, SkippedChannels } from './revive/targets';
