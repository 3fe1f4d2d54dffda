import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

export type Layer = LayersModel['layers'][number];
export type Node = Layer['inboundNodes'][number];
export type Symbolic = SymbolicTensor;

/** A weight of a layer. */
export interface Variable {
  readonly id: number;
  readonly shape: readonly (number | null)[];
  read(): Tensor;
}

/** How Relumine's own activations and activation layers say what they are. */
export interface RelumineSpec {
  name: string;
  params?: Readonly<Record<string, number | string | undefined>>;
}

/** What tfjs calls an activation. */
export interface LayerActivation {
  relumine?: RelumineSpec;
  getClassName(): string;
  apply(z: Tensor): Tensor;
}

/**
 * The fields of tfjs's layers that certification reads. tfjs-layers 4 keeps them private; they are what its own
 * configurations and kernels are made of, so they are as stable as its file format.
 */
export interface LayerFields {
  relumine?: RelumineSpec;
  activation?: LayerActivation | null;
  kernel?: Variable | null;
  depthwiseKernel?: Variable | null;
  pointwiseKernel?: Variable | null;
  bias?: Variable | null;
  alpha?: Variable | number | null;
  gamma?: Variable | null;
  beta?: Variable | null;
  movingMean?: Variable | null;
  movingVariance?: Variable | null;
  epsilon?: number;
  axis?: number;
  strides?: number | number[];
  dilationRate?: number | number[];
  padding?: string | number[][];
  cropping?: number[][];
  poolSize?: number | number[];
  dataFormat?: string;
  dims?: number[];
  n?: number;
  size?: number | number[];
  interpolation?: string;
  maxValue?: number | null;
  theta?: number;
  scale?: number;
  offset?: number;
}

export const fieldsOf = (layer: Layer): LayerFields => layer as unknown as LayerFields;

/** The values of every weight of a model, read once. */
export type Weights = (variable: Variable) => Float32Array;

/** A pair from a number or a list of one or two numbers; one dimension becomes `[1, n]`. */
export function pair(value: number | number[] | undefined, rank: 1 | 2): [number, number] {
  const list = Array.isArray(value) ? value : [value ?? 1, value ?? 1];
  return rank === 1 ? [1, list[0]!] : [list[0]!, list[1] ?? list[0]!];
}
