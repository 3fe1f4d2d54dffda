import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * MobileNetV2 as somebody else trained and shipped it, read from the files of the npm package nsfwjs (MIT; a classifier
 * that moderates pictures): ZeroPadding2D, Conv2D, DepthwiseConv2D, 52 × BatchNormalization, 35 × ReLU(6), 10 × Add,
 * three dense layers, two of them with fused relu. Input float32[batch, 224, 224, 3] in [0, 1]; output
 * float32[batch, 5]. The caller disposes it.
 */
export function pretrainedLayersModel(): Promise<LayersModel>;

/**
 * MobileNetV2 (wider) as TensorFlow's converter exported it, from the same package: 18 × _FusedConv2D and
 * 17 × FusedDepthwiseConv2dNative with BiasAdd and Relu6, AddV2, AvgPool, _FusedMatMul, Softmax; batch norm is folded in.
 * Input `input`: float32[batch, 224, 224, 3] in [0, 1]; output float32[batch, 5]. The caller disposes it.
 */
export function pretrainedGraphModel(): Promise<GraphModel>;

/**
 * Pictures with the statistics of photographs where there are none to ship: the dead leaves model, coloured discs with
 * radii of density r⁻³ that hide each other.
 *
 * @returns float32[count · 224 · 224 · 3] in [0, 1]; picture n depends on `seed` and n alone
 * @see Lee, Mumford, Huang 2001, Occlusion models for natural images
 */
export function deadLeaves(count: number, seed?: number): Float32Array;
