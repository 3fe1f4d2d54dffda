/** Line colours (Okabe and Ito's, which the colour-blind can tell apart, the yellow darkened) and what the charts need. */
const light = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#7a3fd0', '#59636e'];
const dark = ['#6cb2ff', '#ff9a52', '#3fd0a0', '#eda6cb', '#e5c33b', '#9fdcff', '#b794ff', '#9aa5b1'];
const colors = (list: readonly string[]): string => list.map((color, i) => `--c${i}:${color}`).join(';');

export const sweepStyle: string = `:root{${colors(light)}}@media (prefers-color-scheme:dark){:root{${colors(dark)}}}
${light.map((_, i) => `.s${i} .mean{stroke:var(--c${i})}.s${i} .band,.s${i} circle{fill:var(--c${i})}`).join('')}
.mean{fill:none;stroke-width:2}.band{opacity:.16}.charts{display:flex;flex-wrap:wrap;gap:1rem}figure{display:block;margin:0}figcaption{font-weight:600;font-size:.875rem;margin:.3rem 0}
figure svg{max-width:100%;height:auto}.grids svg{display:block}.grids th,.grids td{padding:.3rem 1rem .3rem 0;vertical-align:middle}.grids tbody th{white-space:nowrap}
path.ok{fill:var(--alive2)}path.died{fill:var(--dead)}path.born{fill:var(--nearly)}.key{display:inline-block;width:.7rem;height:.7rem;vertical-align:-.05rem}
.key.ok{background:var(--alive2)}.key.died{background:var(--dead)}.key.born{background:var(--nearly)}
pre{background:var(--card);padding:.8rem 1rem;border-radius:.25rem;overflow-x:auto;font-size:.8rem}h3{font-size:1rem;margin:1.2rem 0 .4rem}`.replaceAll(
  '\n',
  '',
);
