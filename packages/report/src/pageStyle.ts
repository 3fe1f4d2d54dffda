import { drawingStyle, themes } from './palette';

/** The page's style: one column, system fonts, both themes, legible in print; on phones a curve drawn for them, for a shrunk one has no legible figures, and a table that shows what is dead without being moved. */
export const pageStyle: string = `${themes(':root')}${drawingStyle}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}h1{font-size:1.5rem;margin:2rem 0 .5rem}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem}p{margin:.5rem 0}a{color:var(--accent)}.soft,footer{color:var(--soft)}
.verdict{font-size:1.1rem;padding:.8rem 1rem;border-left:.3rem solid;border-radius:.25rem;background:var(--card)}
.verdict.grave{border-color:var(--dead)}.verdict.well{border-color:var(--alive5)}
.alert{padding:.8rem 1rem;border:1px solid var(--nonFinite);border-radius:.25rem}
.advice{padding-left:1.2rem;margin:.5rem 0}.advice li{margin:.35rem 0}
.scroll{position:relative;overflow-x:auto;margin:.6rem 0}table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:.4rem .6rem .4rem 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
thead th{color:var(--soft);white-space:nowrap}td{white-space:nowrap}tbody th{overflow-wrap:anywhere}td:first-child,tbody th:first-child{min-width:5rem}.layers tbody th{min-width:11rem}.n{text-align:right}
.bar{display:block;height:.3rem;margin-top:.25rem;background:var(--line);border-radius:.15rem;overflow:hidden;min-width:4rem}
details{border:1px solid var(--line);border-radius:.4rem;padding:.5rem .9rem;margin:.6rem 0}details.inner{border:0;padding:0;margin:.4rem 0 0}summary{cursor:pointer}.inner>summary{color:var(--soft);font-size:.875rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;margin:.6rem 0;font-size:.8rem;color:var(--soft)}.legend svg{vertical-align:-.12rem}
summary .name{font-weight:600;overflow-wrap:anywhere}.grid{margin:.6rem 0}.grid svg{max-width:100%;height:auto;display:block}
.narrow{display:none}@media (max-width:36rem){.wide,.layers tr>:nth-child(2){display:none}.narrow{display:block}.layers tbody th{min-width:7rem}}
figure{margin:.6rem 0;display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:end}figcaption{color:var(--soft);font-size:.8rem;max-width:20rem}
.badge{padding:.05rem .45rem;border-radius:.7rem;color:var(--mark);white-space:nowrap}
.badge.dead{background:var(--dead)}.badge.nearly{background:var(--nearly)}.badge.nonFinite{background:var(--nonFinite)}
dt{font-weight:600;margin-top:.6rem}dd{margin:0;color:var(--soft)}footer{padding-bottom:3rem;margin-top:2.5rem;font-size:.875rem}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media print{details:not([open])>*:not(summary){display:block}.scroll{overflow:visible}}`.replaceAll('\n', '');
