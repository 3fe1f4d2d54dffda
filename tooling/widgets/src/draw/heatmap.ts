import { zBins, zRange } from '../protocol';
import type { HistogramHistory } from '../store/runView';
import { type Draw, short, text } from './canvas';

const margin = { left: 26, right: 4, top: 4, bottom: 16 };

/** z over steps: one column per look, brighter where more of z lies; the line is z = 0. */
export function heatmap({ steps, columns }: HistogramHistory): Draw {
  return (sheet) => {
    const { context, width, height, colour } = sheet;
    const [inner, tall] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
    const y = (z: number): number => margin.top + (tall * (zRange[1] - z)) / (zRange[1] - zRange[0]);
    context.fillStyle = colour('unlit');
    context.fillRect(margin.left, margin.top, inner, tall);
    const wide = inner / Math.max(1, columns.length);
    context.fillStyle = colour('accent');
    columns.forEach((counts, column) => {
      const most = Math.log1p(Math.max(...counts));
      for (let bin = 0; bin < zBins; bin++) {
        const count = counts[bin] ?? 0;
        if (count === 0) continue;
        context.globalAlpha = Math.log1p(count) / most;
        context.fillRect(
          margin.left + column * wide,
          margin.top + tall * (1 - (bin + 1) / zBins),
          wide + 0.5,
          tall / zBins + 0.5,
        );
      }
    });
    context.globalAlpha = 1;
    context.fillStyle = colour('ink');
    context.fillRect(margin.left, y(0), inner, 1);
    for (const z of [-5, 0, 5]) text(sheet, String(z), margin.left - 4, y(z), { align: 'right' });
    text(sheet, short(steps[0] ?? 0), margin.left, height - 6);
    if (steps.length > 1) text(sheet, short(steps.at(-1) ?? 0), width - margin.right, height - 6, { align: 'right' });
  };
}
