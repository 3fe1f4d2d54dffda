import type { ConvolutionExports } from './convolutions';
import type { MatrixExports } from './matrices';
import type { PointwiseExports } from './pointwise';
import type { PoolingExports } from './pooling';
import type { HermitianExports, SpectralExports } from './spectral';

export type { DepthwiseShape, Placement } from './convolutions';
export type { Windows } from './pooling';
export type { Matrix } from './spectral';

/** What the compiled module exports. Addresses are bytes on the shared heap; counts are elements. */
export interface KernelExports
  extends ConvolutionExports,
    HermitianExports,
    MatrixExports,
    PointwiseExports,
    PoolingExports,
    SpectralExports {}
