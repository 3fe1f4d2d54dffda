import { printable } from './displayWidth';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` as it may stand in HTML and SVG, between tags and inside quotes; control characters are made visible. */
export function escapeMarkup(text: string): string {
  // Lone surrogates and non-characters are no XML.
  return printable(text)
    .replaceAll(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** A coordinate in at most two decimals. */
export const coordinate = (x: number): string => String(Math.round(x * 100) / 100);
