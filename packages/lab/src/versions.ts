import { createRequire } from 'node:module';
import { version_core } from '@tensorflow/tfjs-core';

/** What decides a run's numbers beside its plan and data. */
export interface Versions {
  relumine: string;
  tfjs: string;
}

export const versions = (): Versions => ({
  relumine: (createRequire(import.meta.url)('../package.json') as { version: string }).version,
  tfjs: version_core,
});
