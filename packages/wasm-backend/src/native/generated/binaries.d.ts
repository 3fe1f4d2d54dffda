/** The compiled kernels as base64 text; `scripts/buildKernels.mjs` writes the values beside this file. */
export declare const binaries: {
  readonly single: string;
  readonly singleRelaxed: string;
  readonly threaded: string;
  readonly threadedRelaxed: string;
};
