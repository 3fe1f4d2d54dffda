import type { LayerCells } from '../protocol';

export interface CellsShown {
  layer: LayerCells;
  /** The channel that is looked at, or −1. */
  selected: number;
  /** The channel whose cell the Tab key reaches. */
  entry: number;
  /** A channel in words. */
  describe: (channel: number) => string;
}

/** Finer steps of brightness can't be told apart, and each one makes the browser style a cell anew. The style sheet has each. */
const shades = 25;

/** Attributes of a cell; `null` where it has none. */
function looksOf({ layer, selected, entry, describe }: CellsShown, channel: number, certified: boolean) {
  const rate = layer.firingRate[channel] ?? 0;
  // What fires at all must not look as if it did not.
  const shade = rate > 0 ? Math.max(1, Math.round(rate * shades)) : 0;
  const last = layer.marks.length - 1;
  return {
    'data-mark': layer.marks[channel] ?? 'alive',
    'data-certified': certified ? 'true' : null,
    'data-selected': channel === selected ? 'true' : null,
    'data-rate': String(shade),
    'aria-label': describe(channel),
    tabindex: channel === Math.min(entry, last) ? '0' : '-1',
  } satisfies Record<string, string | null>;
}

/** Writes what each cell shows into its element, where it differs from what was written last. */
export function cellPainter(): (cells: ArrayLike<HTMLElement>, shown: CellsShown) => void {
  const written = new WeakMap<HTMLElement, Record<string, string | null>>();
  return (cells, shown) => {
    const certified = new Set(shown.layer.certified);
    for (let channel = 0; channel < cells.length; channel++) {
      const cell = cells[channel]!;
      const looks: Record<string, string | null> = looksOf(shown, channel, certified.has(channel));
      const before = written.get(cell);
      for (const [name, value] of Object.entries(looks)) {
        if (before && before[name] === value) continue;
        if (value === null) cell.removeAttribute(name);
        else cell.setAttribute(name, value);
      }
      written.set(cell, looks);
    }
  };
}
