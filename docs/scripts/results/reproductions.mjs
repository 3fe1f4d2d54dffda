// Published and derived results about dying ReLUs, measured again: each by `reproduce` of the lab, as `relumine reproduce` does it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expectedText, oursText, reproduce, reproductionNames, verdictText } from '@relumine/lab';
import { table } from './table.mjs';

const file = resolve(import.meta.dirname, '../../results/reproductions.json');
// Parts of a long one that were done before it was stopped.
const journal = resolve(import.meta.dirname, '../../results/reproductions.parts.jsonl');
const known = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});

function section(result) {
  const rows = result.rows.map((row) => [
    row.case,
    row.quantity,
    oursText(row),
    expectedText(row),
    verdictText(row),
    row.source,
  ]);
  const settings = Object.entries(result.settings).map(([key, value]) => `${key} ${[value].flat().join(' ')}`);
  return `
## ${result.title}

${result.text}

*\`relumine reproduce ${result.name}\`, ${result.seconds} s, with ${settings.join(', ')}.*

${table(['case', 'what', 'ours', 'expected', 'within', 'expected by'], rows)}
`;
}

/** Those that RELUMINE_REPRODUCE names (all but the long one unless given); the others stay as they were measured before. */
export async function measure() {
  const named = process.env.RELUMINE_REPRODUCE?.split(',');
  const wanted = named ?? reproductionNames.filter((name) => name !== 'auto-trainer');
  for (const name of wanted) {
    const onProgress = (line) => console.log(`${name}: ${line}`);
    const result = await reproduce(name, {}, { onProgress, journal });
    // Done: the next measurement is a new one.
    rmSync(journal, { force: true });
    writeFileSync(file, `${JSON.stringify({ ...known(), [name]: result }, null, 2)}\n`);
  }
  const found = known();
  const sections = reproductionNames.filter((name) => found[name]).map((name) => section(found[name]));
  return {
    title: 'Reproductions',
    text: `
Results about dying ReLUs that were published, or that can be derived, beside what is measured here. *Within*: inside the band, or within 3 standard errors (of both sides, where both were drawn). What does not agree is reported as found.
${sections.join('\n')}`,
  };
}
