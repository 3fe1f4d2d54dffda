import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth } from './displayWidth';
import { formatTable } from './table';

test('numbers right, words left, absent cells empty', () => {
  expect(
    formatTable({
      columns: ['activation', 'dead', { header: 'accuracy', align: 'right' }],
      rows: [
        ['relu', 12, '97.5 %'],
        ['leakyRelu', 0],
        ['elu', null, '9 %'],
      ],
    }),
  ).toMatchInlineSnapshot(`
    "activation  dead  accuracy
    ──────────  ────  ────────
    relu          12    97.5 %
    leakyRelu      0
    elu            –       9 %"
  `);
});

test('East Asian, combining and emoji names keep the columns aligned', () => {
  const table = formatTable({
    columns: ['name', 'n'],
    rows: [
      ['畳み', 1],
      ['é\u0301', 2],
      ['🔥x', 3],
      ['👩‍👩‍👧', 4],
    ],
  });
  expect(new Set(table.split('\n').map(displayWidth))).toEqual(new Set([7]));
});

test('every line is as wide as the rule or shorter, whatever the cells', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.double()), { maxLength: 5 }), (rows) => {
      const lines = formatTable({ columns: [{ header: 'a', maxWidth: 9 }, 'b'], rows }).split('\n');
      expect(lines).toHaveLength(rows.length + 2);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(displayWidth(lines[1]!));
      if (rows.length > 0) for (const line of lines.slice(2)) expect(displayWidth(line)).toBe(displayWidth(lines[1]!));
    }),
  );
});

test('colours take no width', () => {
  const options = {
    columns: ['a', 'b'],
    rows: [
      [{ text: 'x', color: 'red' as const }, 'yy'],
      ['xxx', 'y'],
    ],
  };
  const plain = formatTable(options);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
  expect(formatTable({ ...options, colors: true }).replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  expect(displayWidth('\u001b[31mab\u001b[0m')).toBe(2);
});

test('no rows, no columns, too many cells', () => {
  expect(formatTable({ columns: ['a'], rows: [] })).toBe('a\n─');
  expect(formatTable({ columns: [], rows: [] })).toBe('\n');
  expect(() => formatTable({ columns: ['a'], rows: [['x', 'y']] })).toThrow(RangeError);
});
