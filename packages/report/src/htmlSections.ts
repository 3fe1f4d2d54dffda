import type { CertificateReport } from '@relumine/core';
import { escapeMarkup } from './markup';
import { formatCount } from './numbers';

/** A table with a caption; `words` leading columns are text, the rest figures. Cells are markup, heads and caption text. */
export function htmlTable(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  words: number,
): string {
  const kind = (i: number): string => (i < words ? '' : ' class="n"');
  const head = heads.map((text, i) => `<th scope="col"${kind(i)}>${escapeMarkup(text)}</th>`).join('');
  const body = rows.map((cells) => {
    const [first, ...others] = cells;
    return `<tr><th scope="row">${first}</th>${others.map((cell, i) => `<td${kind(i + 1)}>${cell}</td>`).join('')}</tr>`;
  });
  // Focusable, so that a wide table can be scrolled with the keyboard.
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeMarkup(caption)}"><table><caption>${escapeMarkup(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** What was proved, beside what was seen. */
export function certificateSection({ layers, summary }: CertificateReport): string {
  const rows = layers.map((layer) => [
    escapeMarkup([...layer.path, layer.name].join('/')),
    escapeMarkup(layer.activation),
    formatCount(layer.channels),
    formatCount(layer.deadChannels.length),
    formatCount(layer.alwaysActiveChannels.length),
    formatCount(layer.canFireChannels.length),
    formatCount(layer.unknownChannels.length),
  ]);
  const heads = ['Layer', 'Activation', 'Channels', 'Proved dead', 'Proved always active', 'Can fire', 'Unknown'];
  const said = `${formatCount(summary.dead)} of ${formatCount(summary.channels)} channels are dead for every input of the box, ${formatCount(summary.alwaysActive)} fire on each; ${formatCount(summary.canFire)} fire on an input that was found.`;
  return `<section aria-labelledby="proofs"><h2 id="proofs">Certificates</h2><p>${said}</p>${htmlTable('What is proved for every input of the box', heads, rows, 2)}</section>`;
}
