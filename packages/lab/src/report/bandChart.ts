import { coordinate, escapeMarkup, formatNumber } from '@relumine/report/page';
import { type Interval, meanInterval } from '../stats/student';

/** What several runs of one kind measured, epoch by epoch. */
export interface Series {
  label: string;
  /** Which of the line styles. */
  style: number;
  /** For each epoch, from the first: a value of each run that got there. */
  values: number[][];
}

export const lineStyles = 8;
const [width, height, left, foot, top] = [336, 220, 46, 34, 12];

const finite = (point: Interval): Interval => ({
  ...point,
  low: Number.isFinite(point.low) ? point.low : point.mean,
  high: Number.isFinite(point.high) ? point.high : point.mean,
});

/** Round numbers that cover a range. */
function ticks(low: number, high: number): number[] {
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= span / 4)!;
  const from = Math.floor(low / step + 1e-9);
  const to = Math.max(Math.ceil(high / step - 1e-9), from + 1);
  return Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step);
}

/**
 * Means by epoch with their 95 % bands, as SVG.
 *
 * @param bounds what the values can't leave, such as [0, 1] for a share: bands end there
 */
export function bandChart(title: string, series: readonly Series[], bounds: readonly [number, number]): string {
  const lines = series.map((one) => ({
    ...one,
    points: one.values.map((values) => finite(meanInterval(values.filter(Number.isFinite)))),
  }));
  const all = lines.flatMap(({ points }) => points).filter(({ mean }) => Number.isFinite(mean));
  if (all.length === 0) return '';
  const clip = (value: number): number => Math.min(bounds[1], Math.max(bounds[0], value));
  const levels = ticks(Math.min(...all.map(({ low }) => clip(low))), Math.max(...all.map(({ high }) => clip(high))));
  const [low, high] = [levels[0]!, levels.at(-1)!];
  const epochs = Math.max(...lines.map(({ points }) => points.length));
  const x = (epoch: number): string =>
    coordinate(left + (epochs === 1 ? 0.5 : (epoch - 1) / (epochs - 1)) * (width - left - 14));
  const y = (value: number): string =>
    coordinate(top + (1 - (clip(value) - low) / (high - low)) * (height - top - foot));
  const axis = levels.map(
    (level) =>
      `<path class="axis" d="M${left} ${y(level)}H${width - 8}"/><text class="soft small" text-anchor="end" x="${left - 6}" y="${Number(y(level)) + 4}">${escapeMarkup(formatNumber(level))}</text>`,
  );
  const every = Math.ceil(epochs / 8);
  for (let epoch = 1; epoch <= epochs; epoch += every)
    axis.push(
      `<text class="soft small" text-anchor="middle" x="${x(epoch)}" y="${height - foot + 16}">${epoch}</text>`,
    );
  axis.push(`<text class="soft small" text-anchor="middle" x="${(left + width) / 2}" y="${height - 4}">epoch</text>`);
  const drawn = lines.map(({ label, style, points }) => {
    const known = points.map((point, i) => ({ ...point, epoch: i + 1 })).filter(({ mean }) => Number.isFinite(mean));
    if (known.length === 0) return '';
    const upper = known.map(({ epoch, high: value }) => `${x(epoch)} ${y(value)}`);
    const lower = known.map(({ epoch, low: value }) => `${x(epoch)} ${y(value)}`).reverse();
    const line = known.map(({ epoch, mean }) => `${x(epoch)} ${y(mean)}`);
    const last = known.at(-1)!;
    const name = `${label}: ${formatNumber(last.mean)} after epoch ${last.epoch}`;
    const dots = known.map(({ epoch, mean }) => `<circle r="2.5" cx="${x(epoch)}" cy="${y(mean)}"/>`).join('');
    return `<g class="s${style % lineStyles}"><title>${escapeMarkup(name)}</title><path class="band" d="M${[...upper, ...lower].join('L')}z"/><path class="mean" d="M${line.join('L')}"/>${dots}</g>`;
  });
  return `<figure><figcaption>${escapeMarkup(title)}</figcaption><svg role="img" aria-label="${escapeMarkup(`${title} by epoch`)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${axis.join('')}${drawn.join('')}</svg></figure>`;
}
