import type { Dropped } from './dropped';
import type { Problem } from './problem';
import type { Scaling } from './scaling';

/** What an audit worker is asked, once in its life. */
export interface AuditRequest {
  files: Dropped[];
  scaling: Scaling;
  /** Images at most. */
  limit: number;
  /** Whether to prove what can be proved, after the audit. */
  certify: boolean;
}

/** What was found before the audit began. */
export interface Opened {
  type: 'opened';
  name: string;
  kind: 'layers' | 'graph';
  layers: number;
  weights: number;
  input: number[];
  images: number;
}

export interface Audited {
  type: 'audited' | 'certified';
  /** The report as `writeReport` gives it. */
  json: string;
  /** The report as a page of its own. */
  html: string;
  summary: AuditSummary;
  /** Of a `certified` answer, as JSON. */
  certificate?: string;
  /** Why nothing could be proved. */
  uncertified?: string;
}

/** What the page shows by itself, in the reader's language; the rest is in the report. */
export interface AuditSummary {
  samples: number;
  channels: number;
  deadChannels: number;
  nonFinite: string[];
  layers: { name: string; activation: string; channels: number; dead: number; nearlyDead: number; bound: number }[];
  proved?: { dead: number; alwaysActive: number; canFire: number; unknown: number };
}

export type AuditAnswer =
  | Opened
  | { type: 'progress'; done: number; total: number }
  | { type: 'proving' }
  | Audited
  | { type: 'finished' }
  | { type: 'failed'; problem: Problem };
