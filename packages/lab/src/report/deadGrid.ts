import { escapeMarkup } from '@relumine/report/page';
import type { LayerOutcome } from '../results';

const [cell, columns] = [7, 64];

/** The channels of one layer of one run: alive, born dead, died; a path for each, so that thousands of runs stay small. */
export function deadGrid({ name, channels, deadIndices, bornDeadIndices, deadChannels }: LayerOutcome): string {
  const [dead, born] = [new Set(deadIndices), new Set(bornDeadIndices)];
  const paths = { ok: '', born: '', died: '' };
  for (let c = 0; c < channels; c++) {
    const kind = !dead.has(c) ? 'ok' : born.has(c) ? 'born' : 'died';
    paths[kind] += `M${(c % columns) * cell} ${Math.floor(c / columns) * cell}h${cell - 1}v${cell - 1}h${1 - cell}z`;
  }
  const shapes = Object.entries(paths).map(([kind, d]) => (d === '' ? '' : `<path class="${kind}" d="${d}"/>`));
  const [w, h] = [Math.min(channels, columns) * cell, Math.ceil(channels / columns) * cell];
  const label = `${name}: ${deadChannels} of ${channels} channels dead`;
  return `<svg role="img" aria-label="${escapeMarkup(label)}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}"><title>${escapeMarkup(label)}</title>${shapes.join('')}</svg>`;
}
