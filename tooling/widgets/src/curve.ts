import type { Point } from './createTraining';

/** The points of an SVG polyline in a box 100 × 40; what is not finite is left out. */
export function polyline(points: readonly Point[], top: number): string {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const last = Math.max(1, finite.at(-1)?.[0] ?? 1);
  const height = (value: number): number => 39 - (38 * Math.min(value, top)) / (top || 1);
  return finite.map(([step, value]) => `${((100 * step) / last).toFixed(2)},${height(value).toFixed(2)}`).join(' ');
}

export const percent = (fraction: number): string =>
  `${(100 * fraction).toFixed(fraction > 0 && fraction < 0.1 ? 1 : 0)} %`;
