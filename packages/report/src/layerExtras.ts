import type { LayerReport } from '@relumine/core';
import type { Drawing } from './channelGrid';
import { htmlTable } from './htmlSections';
import { coordinate, escapeMarkup } from './markup';
import { formatCount, formatIndices, formatNumber, formatShare } from './numbers';

/** Longest side of a map, in cells; a larger layer is averaged. */
const mostCells = 56;
const mapWidth = 168;
const levels = 5;

/** Shares of dead channels at each cell of a layer's map; undefined for a layer without two axes, or with none dead. */
export function deadMap({ shape = [], channels, statistics }: LayerReport): number[][] | undefined {
  const [height = 0, width = 0] = shape;
  if (shape.length !== 2 || height * width < 2 || channels === 0 || !statistics.unitFired) return undefined;
  const step = Math.max(1, Math.ceil(Math.max(height, width) / mostCells));
  const { unitFired, unitNan, nonFinite } = statistics;
  const dead = (unit: number): boolean => unitFired[unit] === 0 && !(nonFinite === 'propagate' && unitNan[unit]! > 0);
  const cell = (row: number, column: number): number => {
    let [sum, count] = [0, 0];
    for (let y = row * step; y < Math.min(height, (row + 1) * step); y++)
      for (let x = column * step; x < Math.min(width, (column + 1) * step); x++)
        for (let c = 0; c < channels; c++, count++) if (dead((y * width + x) * channels + c)) sum++;
    return sum / count;
  };
  const map = Array.from({ length: Math.ceil(height / step) }, (_, row) =>
    Array.from({ length: Math.ceil(width / step) }, (_, column) => cell(row, column)),
  );
  return map.some((row) => row.some((share) => share > 0)) ? map : undefined;
}

/** A map as squares, the darker the more channels are dead there. */
function drawMap(map: readonly number[][]): Drawing {
  const columns = map[0]!.length;
  const side = mapWidth / Math.max(columns, map.length);
  const paths = new Map<number, string>();
  for (const [row, shares] of map.entries())
    for (const [column, share] of shares.entries()) {
      const level = Math.ceil(share * levels);
      const [x, y, s] = [column * side, row * side, side].map(coordinate);
      if (level > 0) paths.set(level, `${paths.get(level) ?? ''}M${x} ${y}h${s}v${s}h-${s}z`);
    }
  const [width, height] = [columns * side, map.length * side];
  const body = [...paths].map(([level, d]) => `<path class="dead" fill-opacity="${level / levels}" d="${d}"/>`);
  const frame = `<rect class="axis" width="${coordinate(width)}" height="${coordinate(height)}"/>`;
  return { body: body.join('') + frame, width, height };
}

function mapFigure(layer: LayerReport): string {
  const map = deadMap(layer);
  if (!map) return '';
  const flat = map.flat();
  const [least, most] = [Math.min(...flat), Math.max(...flat)];
  const { body, width, height } = drawMap(map);
  const label = `Share of dead channels by position of ${layer.name}: ${formatShare(least)} to ${formatShare(most)}`;
  const svg = `<svg role="img" aria-label="${escapeMarkup(label)}" viewBox="0 0 ${coordinate(width)} ${coordinate(height)}" width="${coordinate(width)}" height="${coordinate(height)}">${body}</svg>`;
  return `<figure>${svg}<figcaption>Where it is dead: ${formatShare(least)} to ${formatShare(most)} of the channels never fire at a position of ${layer.shape!.join(' × ')}.</figcaption></figure>`;
}

function rankLine({ rank, channels }: LayerReport): string {
  if (!rank) return '';
  const [effective, stable] = [rank.effective, rank.stable].map((value) => formatNumber(Number(value)));
  return `<p class="soft">Effective rank ${effective} of ${formatCount(channels)}, stable rank ${stable}.</p>`;
}

function classTable(layer: LayerReport): string {
  const { classes } = layer;
  if (!classes || classes.samples.length === 0) return '';
  const alone = (one: number): number[] =>
    classes.fired[one]!.flatMap((k, c) =>
      k > 0 && classes.fired.every((row, i) => i === one || row[c] === 0) ? [c] : [],
    );
  const rows = classes.samples.map((samples, one) => {
    const firing = classes.fired[one]!.filter((k) => k > 0).length;
    const only = classes.samples.length > 1 ? alone(one) : [];
    return [
      formatCount(one),
      formatCount(samples),
      formatCount(firing),
      only.length > 0 ? formatIndices(only, 12) : '–',
    ];
  });
  const heads = ['Class', 'Samples', 'Channels that fire', 'Channels that fire on it alone'];
  return `<details class="inner"><summary>By class</summary>${htmlTable(`Firing of ${layer.name} by class`, heads, rows, 0)}</details>`;
}

/** What only some reports have of a layer: its rank, its map, its classes. */
export const layerExtras = (layer: LayerReport): string => rankLine(layer) + mapFigure(layer) + classTable(layer);
