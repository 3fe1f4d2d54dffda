/** What an audit takes on. A file that asks for more is refused before anything of its size is reserved. */
export const limits = {
  /** Files in one drop, folders counted through. */
  files: 20_000,
  /** Folders within folders of a drop. */
  folderDepth: 16,
  /** Bytes of a model.json. */
  jsonBytes: 33_554_432,
  /** Brackets within brackets of a model.json. */
  jsonDepth: 200,
  /** Bytes of all weights. */
  weightBytes: 536_870_912,
  /** Numbers of one input sample. */
  inputValues: 4_194_304,
  /** Numbers that one sample makes in all layers together. */
  valuesPerSample: 134_217_728,
  /** Bytes that the audit's tensors may hold at a time. */
  tensorBytes: 1_610_612_736,
  /** Bytes of one image file. */
  imageBytes: 67_108_864,
  /** Pixels of one image. */
  imagePixels: 40_000_000,
  /** Bytes of an IDX file, unpacked. */
  idxBytes: 268_435_456,
  /** Milliseconds without a sign of life before the audit is stopped. */
  silence: 45_000,
  /** The same while proofs are looked for, which is done in one go. */
  proving: 120_000,
} as const;
