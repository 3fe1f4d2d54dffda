import { invalidArgument } from '@relumine/core';
import type { io } from '@tensorflow/tfjs-core';

/** A saved model, read but not built yet. */
export interface SavedModel {
  kind: 'layers' | 'graph';
  artifacts: io.ModelArtifacts;
}

/** An error about a model's file. */
export const refuseModel = (where: string, file: string, rule: string, cause?: unknown): Error =>
  invalidArgument({ where, argument: 'model', rule, received: JSON.stringify(file), cause });
