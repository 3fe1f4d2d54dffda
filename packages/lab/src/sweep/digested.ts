import { DataCache } from '../data/dataCache';
import { versions } from '../versions';
import { type RunSettings, type RunSpec, settingsOf, specOfRun } from './plan';

interface DigestOptions {
  root?: string | undefined;
  onSkip?: ((file: string, reason: string) => void) | undefined;
}

/** Gives runs the digests of their images, which are read here once. */
export interface Digested {
  with(spec: RunSpec, change?: Partial<RunSettings>): RunSpec;
}

const which = ({ dataset, trainSize, testSize }: RunSettings): string => JSON.stringify([dataset, trainSize, testSize]);

/** @throws TypeError or RangeError for data that can't be read */
export async function digested(specs: readonly RunSpec[], { root, onSkip }: DigestOptions): Promise<Digested> {
  const cache = new DataCache(1);
  const digests = new Map<string, string>();
  for (const spec of specs) {
    const settings = settingsOf(spec);
    const { dataset, trainSize, testSize } = settings;
    if (digests.has(which(settings))) continue;
    digests.set(which(settings), (await cache.get(dataset, { trainSize, testSize, root, onSkip })).digest);
  }
  const using = versions();
  return {
    with(spec, change = {}) {
      const settings = { ...settingsOf(spec), ...change };
      return specOfRun(settings, using, digests.get(which(settings))!);
    },
  };
}
