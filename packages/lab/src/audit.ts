export { auditBatches } from './audit/auditBatches';
export { isPlainInput, mergedReport } from './audit/mergedReport';
export { type Images, type ReadImagesOptions, readImages } from './audit/readImages';
export { type Stretch, stretches } from './audit/stretches';
