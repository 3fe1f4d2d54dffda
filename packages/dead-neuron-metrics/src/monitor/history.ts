import type { DeathDiagnosis } from './causes';
import type { ChannelEventKind } from './timeline';

/** One layer at one observed step; measured on the training batch of that step, before its update. */
export interface LayerStep {
  name: string;
  /** Nested models around it. */
  path: string[];
  deadChannels: number[];
  deadFraction: number;
  deadUnitFraction: number;
  nonFiniteChannels: number[];
}

/** What the monitor saw at one step. */
export interface MonitorStep {
  /** Updates done before this observation: 0 is the network as it was initialised. */
  step: number;
  loss: number | null;
  layers: LayerStep[];
}

/** Something that happened to one channel. */
export interface MonitorEvent {
  kind: ChannelEventKind;
  layer: string;
  path: string[];
  channel: number;
  step: number;
  /** For deaths, and births where a cause is plain. */
  diagnosis: DeathDiagnosis | null;
}

/** What a monitor has seen. Plain data. */
export interface MonitorHistory {
  steps: MonitorStep[];
  events: MonitorEvent[];
}
