import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, repository } from './blocks';

/** What of a diff block is not in the repository, in the order that it tells. */
function faults(block: string): string[] {
  const found: string[] = [];
  let path = '';
  let rest: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('+++ ')) {
      path = line.slice(4);
      if (!existsSync(resolve(repository, path))) found.push(`there is no ${path}`);
      else rest = readFileSync(resolve(repository, path), 'utf8').split('\n');
      continue;
    }
    if (line === '' || line === '@@') continue;
    const at = rest.indexOf(line.slice(1));
    if (at < 0) found.push(`${path}: ${line}`);
    else rest = rest.slice(at + 1);
  }
  return found;
}

const blocks = blocksOf('diff').filter(({ page }) => page === 'CONTRIBUTING.md');

test('CONTRIBUTING shows an activation, a measure and a kernel', () => expect(blocks).toHaveLength(3));

test.each(blocks)('diff %# is of this repository, line by line', ({ code }) => expect(faults(code)).toEqual([]));

test('a line that is not there is found, and one in the wrong place', () => {
  expect(faults('+++ packages/core/src/nothing.ts')).toEqual(['there is no packages/core/src/nothing.ts']);
  const wrong = "+++ packages/activations/src/functions/silu.ts\n+  name: 'silu',\n+  attrs: {},\n+  name: 'sylu',";
  expect(faults(wrong)).toEqual(["packages/activations/src/functions/silu.ts: +  name: 'sylu',"]);
  const reversed = '+++ packages/activations/src/functions/silu.ts\n+  compose: () => composition,\n+  attrs: {},';
  expect(faults(reversed)).toEqual(['packages/activations/src/functions/silu.ts: +  attrs: {},']);
});
