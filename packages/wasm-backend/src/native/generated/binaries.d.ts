/** The compiled kernels as base64 text; `scripts/buildKernels.mjs` writes the values beside this file. */
export declare const binaries: {
  readonly single: string;
  readonly singleRelaxed: string;
};

/** The byte of each that says what memory it imports: 1 one of its own, 3 a shared one. All else is the same. */
export declare const sharedAt: Record<keyof typeof binaries, number>;
