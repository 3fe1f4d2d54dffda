/** A figure as it may stand in a report: reports read from JSON hold non-finite numbers as strings. */
export type Figure = number | string | null | undefined;

/** The number behind a figure; NaN where there is none. */
export const toNumber = (figure: Figure): number =>
  figure === null || figure === undefined || figure === '' ? Number.NaN : Number(figure);

const symbols: Readonly<Record<string, string>> = { Infinity: '∞', '-Infinity': '−∞', NaN: 'NaN' };

/** A figure in at most `digits` significant digits, with a real minus sign; `–` where it is absent. */
export function formatNumber(figure: Figure, digits = 3): string {
  if (figure === null || figure === undefined) return '–';
  const value = toNumber(figure);
  if (!Number.isFinite(value)) return symbols[String(value)]!;
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6)
      ? value.toExponential(Math.max(0, digits - 2))
      : String(Number(value.toPrecision(Math.max(digits, size >= 1 ? Math.ceil(Math.log10(size + 1)) : 1))));
  return text.replaceAll('-', '−');
}

/** A share in percent. Only 0 and 1 are shown as 0 % and 100 %: what is merely near them must not look like them. */
export function formatShare(figure: Figure): string {
  if (figure === null || figure === undefined) return '–';
  const value = toNumber(figure);
  if (!Number.isFinite(value)) return symbols[String(value)]!;
  if (value > 0 && value < 0.0001) return '<0.01 %';
  if (value < 1 && value > 0.9999) return '>99.99 %';
  const percent = value * 100;
  return `${Number(percent.toFixed(percent < 1 || (percent > 99 && percent < 100) ? 2 : 1))} %`;
}

/** An upper bound of a share in percent, three digits, rounded up: rounded down it would claim more than is known. */
export function formatBound(figure: Figure): string {
  const percent = toNumber(figure) * 100;
  if (!(percent > 0 && percent < 100)) return formatShare(figure);
  const unit = 10 ** (Math.floor(Math.log10(percent)) - 2);
  const text = (Math.ceil(percent / unit - 1e-9) * unit).toPrecision(3);
  return `${Number(text)} %`;
}

/** A count with thousands apart: `60,000`. */
export const formatCount = (count: Figure): string => {
  const value = toNumber(count);
  return Number.isFinite(value) ? String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',') : formatNumber(count);
};

/** `1 channel`, `2 channels`. */
export const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Indices in a few characters: runs are joined (`0–3, 7`), and what doesn't fit is counted. */
export function formatIndices(indices: readonly number[], most = 12): string {
  const sorted = [...indices].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const index of sorted) {
    const last = runs.at(-1);
    if (last && index === last[1] + 1) last[1] = index;
    else runs.push([index, index]);
  }
  const shown = runs.slice(0, most);
  const left = runs.slice(most).reduce((sum, [a, b]) => sum + b - a + 1, 0);
  const text = shown.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a}, ${b}` : `${a}–${b}`)).join(', ');
  return left > 0 ? `${text} and ${formatCount(left)} more` : text;
}

/** The mean of the finite numbers; NaN where any is not finite, null where there are none. */
export function mean(figures: readonly Figure[]): number | null {
  return figures.length === 0 ? null : figures.reduce<number>((sum, x) => sum + toNumber(x), 0) / figures.length;
}

/** The least number; NaN where any is NaN, null where none is known. */
export function least(figures: readonly Figure[]): number | null {
  const known = figures.filter((x) => x !== null && x !== undefined).map(toNumber);
  return known.length === 0 ? null : known.reduce((a, b) => Math.min(a, b));
}

/** The greatest number; NaN where any is NaN, null where none is known. */
export function greatest(figures: readonly Figure[]): number | null {
  const known = figures.filter((x) => x !== null && x !== undefined).map(toNumber);
  return known.length === 0 ? null : known.reduce((a, b) => Math.max(a, b));
}
