/** Colours of both themes; dead, nearly dead and non-finite cells also carry a mark, so that colour alone says nothing. */
const light = `--ink:#1d2229;--soft:#59636e;--line:#d5dae0;--paper:#fff;--card:#f6f8fa;--accent:#0b6bcb;
--dead:#c2202c;--nearly:#945f00;--nonFinite:#7a3fd0;--mark:#fff;
--alive1:#cfe6e0;--alive2:#a5d4c9;--alive3:#74bdae;--alive4:#3f9f8d;--alive5:#13796a;`;
const dark = `--ink:#e8ebef;--soft:#9aa5b1;--line:#3a424c;--paper:#14181d;--card:#1c2128;--accent:#6cb2ff;
--dead:#ff6b70;--nearly:#e5ad3b;--nonFinite:#b794ff;--mark:#14181d;
--alive1:#1f3a38;--alive2:#245450;--alive3:#2b746c;--alive4:#36988c;--alive5:#4cc4b3;`;

/** The custom properties of `selector` in light and dark. */
export const themes = (selector: string): string =>
  `${selector}{${light}}@media (prefers-color-scheme:dark){${selector}{${dark}}}`.replaceAll('\n', '');

/** What the drawings need. */
export const drawingStyle: string =
  `.rl text{fill:var(--ink);font:13px/1.3 system-ui,sans-serif}.rl .soft{fill:var(--soft)}.rl .small{font-size:11px}
.rl .bold{font-weight:600}.rl .line{fill:none;stroke:var(--accent);stroke-width:2}.rl .dot{fill:var(--accent)}
.rl .axis{fill:none;stroke:var(--line)}.rl .mark{fill:none;stroke:var(--mark);stroke-width:1.6;stroke-linecap:round}.rl .paper{fill:var(--paper)}
${['dead', 'nearly', 'nonFinite', 'alive1', 'alive2', 'alive3', 'alive4', 'alive5'].map((s) => `.rl .${s}{fill:var(--${s})}`).join('')}`.replaceAll(
    '\n',
    '',
  );
