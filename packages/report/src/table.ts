import { displayWidth, printable, shorten } from './displayWidth';

/** The colours of a cell; what they mean is up to the table. */
export type TableColor = 'red' | 'yellow' | 'green' | 'cyan' | 'bold' | 'dim';

const codes: Readonly<Record<TableColor, number>> = { red: 31, yellow: 33, green: 32, cyan: 36, bold: 1, dim: 2 };

/** One column: its header, how it is aligned (numbers right, the rest left where not given) and how wide it may be. */
export interface TableColumn {
  header: string;
  align?: 'left' | 'right';
  /** Longer cells are cut in the middle; no limit where not given. */
  maxWidth?: number;
}

/** One cell; `null` and `undefined` are shown as an en dash. */
export type TableCell = string | number | null | undefined | { text: string | number; color?: TableColor };

/** Options of `formatTable`. */
export interface TableOptions {
  columns: readonly (string | TableColumn)[];
  /** One array of cells per row; missing cells are empty. */
  rows: readonly (readonly TableCell[])[];
  /** ANSI colours; off by default. */
  colors?: boolean;
}

interface Cell {
  text: string;
  numeric: boolean;
  color: TableColor | undefined;
}

/** `text` in an ANSI colour, where colours are on. */
export function paint(text: string, color: TableColor | undefined, colors: boolean): string {
  return colors && color && text !== '' ? `\u001b[${codes[color]}m${text}\u001b[0m` : text;
}

function toCell(cell: TableCell): Cell {
  if (cell === null || cell === undefined) return { text: '–', numeric: true, color: undefined };
  if (typeof cell === 'object') return { ...toCell(cell.text), color: cell.color };
  return { text: printable(String(cell)), numeric: typeof cell === 'number', color: undefined };
}

/**
 * A table in plain text: a header, a rule, one line per row, columns aligned by the width that characters take in a
 * terminal. No line ends in spaces, and none in a line break.
 *
 * @throws RangeError for a row with more cells than there are columns
 *
 * @example
 * formatTable({ columns: ['layer', 'dead'], rows: [['conv1', 3]] });
 */
export function formatTable({ columns, rows, colors = false }: TableOptions): string {
  const heads = columns.map((column) => (typeof column === 'string' ? { header: column } : column));
  const cells = rows.map((row) => {
    if (row.length <= heads.length) return heads.map((_, i) => (i < row.length ? toCell(row[i]) : toCell('')));
    throw new RangeError(
      `[relumine/report/formatTable] \`rows\` must have at most ${heads.length} cells each. Received: ${row.length}. Add a column.`,
    );
  });
  const fitted = heads.map(({ header, align, maxWidth = Number.POSITIVE_INFINITY }, i) => {
    const column = cells.map((row) => row[i]!);
    const numeric = column.length > 0 && column.every((cell) => cell.numeric || cell.text === '');
    const title = shorten(printable(header), maxWidth);
    const texts = column.map((cell) => shorten(cell.text, maxWidth));
    const width = Math.max(displayWidth(title), ...texts.map(displayWidth), 0);
    return { title, texts, width, right: (align ?? (numeric ? 'right' : 'left')) === 'right' };
  });
  const line = (part: (column: (typeof fitted)[number], i: number) => [string, TableColor | undefined]): string =>
    fitted
      .map((column, i) => {
        const [text, color] = part(column, i);
        const space = ' '.repeat(column.width - displayWidth(text));
        const painted = paint(text, color, colors);
        return column.right ? space + painted : painted + space;
      })
      .join('  ')
      .trimEnd();
  return [
    line(({ title }) => [title, 'bold']),
    fitted.map(({ width }) => '─'.repeat(width)).join('  '),
    ...cells.map((row, r) => line(({ texts }, i) => [texts[r]!, row[i]!.color])),
  ].join('\n');
}
