// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks for
const ansi = /\u001b\[[0-9;]*m/g;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]/u;
const segmenter: Intl.Segmenter = /* @__PURE__ */ new Intl.Segmenter('en', { granularity: 'grapheme' });

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) || grapheme.includes('\ufe0f') ? 2 : 1;
}

/** The columns that `text` takes in a terminal: 2 for East Asian wide characters and emoji, 0 for colour codes. */
export function displayWidth(text: string): number {
  const plain = text.replaceAll(ansi, '');
  // Printable ASCII is the fast path, and needs no segmenting.
  if (!/[^\u0020-\u007e]/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of segmenter.segment(plain)) width += graphemeWidth(segment);
  return width;
}

/** `text` in at most `width` columns; what is cut is cut from the middle, where names differ least. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 1) return '…'.slice(0, Math.max(0, width));
  const graphemes = Array.from(segmenter.segment(text), ({ segment }) => segment);
  const room = width - 1;
  const take = (from: readonly string[], budget: number): string[] => {
    const taken: string[] = [];
    let used = 0;
    for (const grapheme of from) {
      used += graphemeWidth(grapheme);
      if (used > budget) break;
      taken.push(grapheme);
    }
    return taken;
  };
  const head = take(graphemes, Math.ceil(room / 2));
  const tail = take(graphemes.slice(head.length).reverse(), Math.floor(room / 2)).reverse();
  return `${head.join('')}…${tail.join('')}`;
}

/**
 * `text` on one line and without control characters: a name in a model file must not be able to move the cursor,
 * change colours or turn the writing direction of what stands behind it.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
