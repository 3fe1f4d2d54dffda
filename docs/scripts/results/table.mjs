/** A Markdown table; numbers are set to the right. */
export function table(head, rows) {
  const right = rows[0].map((cell) => typeof cell === 'number' || /^[−-]?[\d.,]+( %)?$/.test(cell));
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(right.map((is) => (is ? '--:' : '---'))), ...rows.map(line)].join('\n');
}

/** x.xe-x, or 0. */
export const tiny = (value) => (value === 0 ? '0' : value.toExponential(1));
export const percent = (share) => `${(100 * share).toFixed(1)} %`;

export function meanAndError(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, values.length > 1 ? Math.sqrt(squares / (values.length - 1) / values.length) : Number.NaN];
}
