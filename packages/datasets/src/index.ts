export { type Batches, type BatchOptions, batches, type ImageBatch } from './batches';
export { type IdxFile, readIdx } from './idx/readIdx';
export type { IdxArray, IdxDtype } from './idx/types';
export { type IdxDatasetParts, type ImageDataset, idxDataset } from './imageDataset';
export { fashionMnist, mnist, type SplitOptions } from './mnist';
