import { select, splat } from './vector';

// The numbers of the functions, shared with src/native/activationCodes.ts; those of the ReLUs are in rectifiers.as.
export const ELU = 3;
export const CELU = 4;
export const SELU = 5;
export const SILU = 6;
export const MISH = 7;
export const SOFTPLUS = 8;
export const SIGMOID = 9;
export const TANH = 10;
export const SOFTSIGN = 11;
export const HARDTANH = 12;
export const HARDSIGMOID = 13;
export const HARDSWISH = 14;
export const GELU_TANH = 15;
export const GELU = 16;
export const SQUAREPLUS = 17;
export const LOG_SIGMOID = 18;
export const TANHSHRINK = 19;
export const SOFTSHRINK = 20;
export const HARDSHRINK = 21;
export const THRESHOLD = 22;

export const SELU_SCALE: f32 = 1.0507009873554805;
export const SELU_ALPHA: f32 = 1.6732632423543772;
export const GELU_K: f32 = 0.7978845608028654;
export const GELU_C: f32 = 0.044715;

/** √(x² + b) without overflow. */
// @ts-ignore: decorator
@inline
export function rootOf(x: v128, b: v128): v128 {
  const large = f32x4.gt(f32x4.abs(x), splat(1e15));
  return select(large, f32x4.abs(x), f32x4.sqrt(f32x4.add(f32x4.mul(x, x), b)));
}
