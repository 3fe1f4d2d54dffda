/** Sizes of a tensor's axes; null where they are not known. */
export type Shape = (number | null)[];

/** A layer's Lipschitz constant, and of what it is the product. */
export interface LayerLipschitz {
  /** Of the whole layer, its activation included. */
  lipschitz: number;
  /** The true norm of its linear part, where it has a kernel; of 3-D convolutions, a bound of it. */
  operatorNorm?: number;
  /** The spectral norm of the reshaped kernel, which people take for it. */
  reshaped?: number;
}
