import type { Series } from '../store/series';
import { type Draw, type Sheet, short, text, tickStep } from './canvas';

export interface Line {
  series: Series;
  /** The name of its colour. */
  colour: string;
  /** Its letter, at its end, so that colour is not all that tells it. */
  letter: string;
}

const margin = { left: 42, right: 16, top: 8, bottom: 18 };
const letterHeight = 11;

function axes(sheet: Sheet, lastStep: number, top: number, fraction: boolean): void {
  const { context, width, height, colour } = sheet;
  const bottom = height - margin.bottom;
  const right = width - margin.right;
  context.strokeStyle = colour('line');
  context.lineWidth = 1;
  const stepY = fraction ? 0.25 * top : tickStep(top);
  for (let value = 0; value <= top * 1.0001; value += stepY) {
    const y = Math.round(bottom - ((bottom - margin.top) * value) / top) + 0.5;
    context.beginPath();
    context.moveTo(margin.left, y);
    context.lineTo(right, y);
    context.stroke();
    text(sheet, fraction ? `${Math.round(100 * value)} %` : short(value), margin.left - 5, y, { align: 'right' });
  }
  const stepX = Math.max(1, tickStep(lastStep));
  for (let step = 0; step <= lastStep; step += stepX) {
    const x = margin.left + ((right - margin.left) * step) / lastStep;
    text(sheet, short(step), x, height - 7, { align: step === 0 ? 'left' : 'center' });
  }
}

interface End {
  letter: string;
  ink: string;
  x: number;
  y: number;
}

/** Letters that would lie on each other, moved apart between `top` and `bottom`, in the order of their curves' heights. */
export function apart(ends: readonly End[], top: number, bottom: number): End[] {
  const placed = [...ends].sort((a, b) => a.y - b.y).map((end) => ({ ...end }));
  let free = top;
  for (const end of placed) {
    end.y = Math.max(end.y, free);
    free = end.y + letterHeight;
  }
  // What was moved below the axis moves the others up.
  free = bottom;
  for (const end of placed.reverse()) {
    end.y = Math.min(end.y, free);
    free = end.y - letterHeight;
  }
  return placed;
}

/** Curves over steps, all from 0. */
export function lineChart(lines: readonly Line[], options: { fraction?: boolean; lastStep: number }): Draw {
  const { fraction = false } = options;
  return (sheet) => {
    const { context, width, height, colour } = sheet;
    const lastStep = Math.max(20, options.lastStep);
    const highest = lines.reduce((most, { series }) => Math.max(most, ...series.values.filter(Number.isFinite)), 0);
    const top = fraction ? 1 : Math.min(5, Math.max(0.1, highest));
    axes(sheet, lastStep, top, fraction);
    const bottom = height - margin.bottom;
    const x = (step: number): number => margin.left + ((width - margin.left - margin.right) * step) / lastStep;
    const ends: End[] = [];
    const y = (value: number): number => bottom - ((bottom - margin.top) * Math.min(top, Math.max(0, value))) / top;
    lines.forEach(({ series, colour: name, letter }, index) => {
      context.strokeStyle = colour(name);
      context.lineWidth = 2;
      context.lineJoin = 'round';
      // Equal curves lie on each other: dashes let the ones below show.
      context.setLineDash(index === 0 ? [] : [7, 3 + 2 * index]);
      context.beginPath();
      let pen = false;
      series.steps.forEach((step, i) => {
        const value = series.values[i] ?? Number.NaN;
        if (!Number.isFinite(value)) pen = false;
        else if (pen) context.lineTo(x(step), y(value));
        else context.moveTo(x(step), y(value));
        if (Number.isFinite(value)) pen = true;
      });
      context.stroke();
      context.setLineDash([]);
      const last = series.values.at(-1);
      if (last !== undefined && Number.isFinite(last))
        ends.push({ letter, ink: name, x: x(series.steps.at(-1) ?? 0) + 4, y: y(last) });
    });
    for (const { letter, ink, x, y } of apart(ends, margin.top, bottom)) text(sheet, letter, x, y, { ink, size: 12 });
  };
}
