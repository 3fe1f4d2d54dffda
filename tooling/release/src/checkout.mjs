import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serving } from './browser.mjs';
import { runnerOf, shellLines } from './pages.mjs';
import { capture } from './process.mjs';

/** Put at the end, where the last of two equal options counts. */
const few = ' --train-size 64 --test-size 32 --probe-size 32';
const url = 'http://localhost:4173/';

/** Types what the repository's README tells to type, in a fresh copy of it: the demo is served, `compare` compares. */
export async function followReadme(copy) {
  const lines = shellLines(readFileSync(join(copy, 'README.md'), 'utf8'));
  const said = [];
  for (const line of lines.filter((one) => runnerOf(one)?.by === 'release')) {
    if (line === 'npm start') {
      const page = () => fetch(url).then((response) => response.text());
      const html = await serving(line, url, copy, page, { patience: 300_000 });
      if (!html.includes('Relumine')) throw new Error(`npm start serves another page:\n${html}`);
    } else await capture('sh', ['-c', line + few], { cwd: copy });
    said.push(line);
  }
  return said.join(' · ');
}
