import type { ConvolutionExports } from './convolutions';
import type { MatrixExports } from './matrices';
import type { PointwiseExports } from './pointwise';
import type { PoolingExports } from './pooling';

export type { DepthwiseShape, Placement } from './convolutions';
export type { Windows } from './pooling';

/** What the compiled module exports. Addresses are bytes on the shared heap; counts are elements. */
export interface KernelExports extends ConvolutionExports, MatrixExports, PointwiseExports, PoolingExports {}
