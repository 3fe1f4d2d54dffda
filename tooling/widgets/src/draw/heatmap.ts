import { zBins, zRange } from '../protocol';
import type { HistogramHistory } from '../store/runView';
import { type Draw, short, text } from './canvas';
import { channels } from './colours';

const margin = { left: 26, right: 4, top: 4, bottom: 16 };

let scratch: HTMLCanvasElement | undefined;

/** One pixel per bin and column: thousands of rectangles on the page's own canvas take a frame and more. */
function paint(columns: readonly Uint32Array[], ink: string): void {
  if (columns.length === 0) return;
  scratch ??= document.createElement('canvas');
  scratch.width = columns.length;
  scratch.height = zBins;
  const small = scratch.getContext('2d');
  const image = small?.createImageData(columns.length, zBins);
  if (!small || !image) return;
  const [red, green, blue] = channels(ink);
  columns.forEach((counts, column) => {
    const most = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 0)) || 1;
    counts.forEach((count, bin) => {
      const at = 4 * ((zBins - 1 - bin) * columns.length + column);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = (255 * Math.log1p(count)) / most;
    });
  });
  small.putImageData(image, 0, 0);
}

/** z over steps: one column per look, brighter where more of z lies; the line is z = 0. */
export function heatmap({ steps, columns }: HistogramHistory): Draw {
  return (sheet) => {
    const { context, width, height, colour } = sheet;
    const [inner, tall] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
    const y = (z: number): number => margin.top + (tall * (zRange[1] - z)) / (zRange[1] - zRange[0]);
    context.fillStyle = colour('unlit');
    context.fillRect(margin.left, margin.top, inner, tall);
    paint(columns, colour('accent'));
    context.imageSmoothingEnabled = false;
    if (scratch && columns.length > 0) context.drawImage(scratch, margin.left, margin.top, inner, tall);
    context.fillStyle = colour('ink');
    context.fillRect(margin.left, y(0), inner, 1);
    for (const z of [-5, 0, 5]) text(sheet, String(z), margin.left - 4, y(z), { align: 'right' });
    text(sheet, short(steps[0] ?? 0), margin.left, height - 6);
    if (steps.length > 1) text(sheet, short(steps.at(-1) ?? 0), width - margin.right, height - 6, { align: 'right' });
  };
}
