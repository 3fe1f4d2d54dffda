import { describe } from '@relumine/core';
import type { DatasetChoice } from '../plan/dataset';
import { dataDigest } from './digest';
import { type CompareData, type LoadOptions, loadData } from './loadData';

export interface CachedData {
  data: CompareData;
  digest: string;
}

/** Keeps the images of the last few plans, so that runs on the same data read and decode it once. */
export class DataCache {
  private readonly kept = new Map<string, Promise<CachedData>>();
  private readonly most: number;

  constructor(most = 2) {
    this.most = most;
  }

  get(choice: DatasetChoice, options: LoadOptions): Promise<CachedData> {
    const { trainSize, testSize, root } = options;
    const key = JSON.stringify([choice, trainSize, testSize, root]);
    const known = this.kept.get(key);
    // The last one used moves to the end.
    this.kept.delete(key);
    const loading = known ?? loadData(choice, options).then((data) => ({ data, digest: dataDigest(data) }));
    this.kept.set(key, loading);
    // What failed is tried again the next time.
    loading.catch(() => this.kept.delete(key));
    for (const old of this.kept.keys()) if (this.kept.size > this.most) this.kept.delete(old);
    return loading;
  }

  /** As `get`, for images that must be those the plan was made with. */
  async getSame(choice: DatasetChoice, options: LoadOptions, digest: string): Promise<CompareData> {
    const found = await this.get(choice, options);
    if (found.digest === digest) return found.data;
    throw new Error(
      `[relumine/lab/sweep] The images here are not those of the sweep: digest ${describe(found.digest)}, expected ${describe(digest)}. Give this worker the same data folder.`,
    );
  }
}
