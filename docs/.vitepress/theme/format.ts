/** A share as a percentage, with as many digits as it needs to be told from 0. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const digits = share === 0 || share >= 0.1 ? 1 : share >= 0.001 ? 2 : 4;
  return `${(100 * share).toFixed(digits)} %`;
}

/** `12,345`; the browser's own formatter takes 50 ms to start. */
export const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
