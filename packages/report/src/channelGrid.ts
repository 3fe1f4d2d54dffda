import type { LayerReport } from '@relumine/core';
import { type ChannelState, channelSentence, channelStates, stateNames } from './channelState';
import { coordinate, escapeMarkup } from './markup';

const cell = 14;
const gap = 2;
/** Cells with a sentence of their own; more would make the file too big to open. */
const mostSentences = 1000;

/** A piece of SVG and its size in pixels. */
export interface Drawing {
  body: string;
  width: number;
  height: number;
}

/** The mark that tells a state without its colour: a cross, a bar, a wave. */
function mark(state: ChannelState, x: number, y: number): string {
  const at = (dx: number, dy: number): string => `${coordinate(x + dx)} ${coordinate(y + dy)}`;
  if (state === 'dead') return `M${at(4, 4)}L${at(10, 10)}M${at(10, 4)}L${at(4, 10)}`;
  if (state === 'nearly') return `M${at(4, 10)}L${at(10, 4)}`;
  if (state === 'nonFinite') return `M${at(7, 3)}V${coordinate(y + 8)}M${at(7, 11)}h0`;
  return '';
}

const square = (x: number, y: number, state: ChannelState): string =>
  `<path class="${state}" d="M${coordinate(x)} ${coordinate(y)}h${cell}v${cell}h-${cell}z"/>${
    state.startsWith('alive') ? '' : `<path class="mark" d="${mark(state, x, y)}"/>`
  }`;

/** The channels of a layer as a grid of cells, `columns` to a row, at (left, top). */
export function channelGrid(layer: LayerReport, columns: number, left = 0, top = 0): Drawing {
  const states = channelStates(layer);
  const place = (c: number): [number, number] => [
    left + (c % columns) * (cell + gap),
    top + Math.floor(c / columns) * (cell + gap),
  ];
  const alike = new Map<ChannelState, string>();
  const alone: string[] = [];
  for (const [c, state] of states.entries()) {
    const [x, y] = place(c);
    if (!state.startsWith('alive') && alone.length < mostSentences) {
      alone.push(`<g><title>${escapeMarkup(channelSentence(layer, c, state))}</title>${square(x, y, state)}</g>`);
    } else {
      alike.set(state, `${alike.get(state) ?? ''}M${coordinate(x)} ${coordinate(y)}h${cell}v${cell}h-${cell}z`);
    }
  }
  // One path for all cells of a state keeps a network of 10,000 channels small.
  const paths = [...alike].map(
    ([state, d]) => `<path class="${state}" d="${d}"><title>${stateNames[state]}</title></path>`,
  );
  const rows = Math.ceil(states.length / columns);
  return {
    body: paths.join('') + alone.join(''),
    width: Math.max(0, Math.min(columns, states.length) * (cell + gap) - gap),
    height: Math.max(0, rows * (cell + gap) - gap),
  };
}

/** One cell by itself. */
export const swatch = (state: ChannelState): Drawing => ({ body: square(0, 0, state), width: cell, height: cell });

/** What the colours and marks mean, in one row or several of at most `width` pixels. */
export function legend(width: number, left = 0, top = 0): Drawing {
  let [x, y] = [left, top];
  const items: string[] = [];
  for (const [state, name] of Object.entries(stateNames) as [ChannelState, string][]) {
    const needed = cell + 6 + name.length * 6.6 + 16;
    if (x > left && x + needed > left + width) {
      x = left;
      y += 20;
    }
    items.push(
      `${square(x, y, state)}<text class="small" x="${coordinate(x + cell + 6)}" y="${y + 11}">${name}</text>`,
    );
    x += needed;
  }
  return { body: items.join(''), width, height: y - top + cell };
}
