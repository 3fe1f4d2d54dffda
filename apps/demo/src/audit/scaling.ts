/** How bytes 0 to 255 become the numbers that a network was trained on. */
export const scalings = {
  unit: { min: 0, max: 1, of: (byte: number): number => byte / 255 },
  signed: { min: -1, max: 1, of: (byte: number): number => byte / 127.5 - 1 },
  bytes: { min: 0, max: 255, of: (byte: number): number => byte },
} as const;

export type Scaling = keyof typeof scalings;

/** The table of all 256 values, since pixels are many. */
export const scalingTable = (scaling: Scaling): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => scalings[scaling].of(byte));
