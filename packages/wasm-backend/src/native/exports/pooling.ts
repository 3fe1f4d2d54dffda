/** Windows of a pooling over images, channels last. */
export type Windows = [
  n: number,
  h: number,
  w: number,
  c: number,
  kh: number,
  kw: number,
  sh: number,
  sw: number,
  top: number,
  left: number,
  ho: number,
  wo: number,
];

/** Pooling. */
export interface PoolingExports {
  maxPool(x: number, y: number, ...window: Windows): void;
  maxPoolGrad(x: number, dy: number, dx: number, ...window: Windows): void;
  rectifiedPoolGrad(x: number, dy: number, dx: number, ...window: [...Windows, sums: number]): void;
  avgPool(x: number, y: number, ...window: Windows): void;
  avgPoolGrad(dy: number, dx: number, ...window: Windows): void;
}
