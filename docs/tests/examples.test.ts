import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocksOf, docs, repository, writtenPages } from './blocks';

const folder = resolve(docs, '.examples');

/** The ```js blocks of a page, in order: one program, as a reader who follows the page would write it. */
const programs = writtenPages()
  .map((file) => relative(repository, file))
  .map((page): [string, string] => [
    page,
    blocksOf('js')
      .filter((block) => block.page === page)
      .map(({ code }) => code)
      .join('\n'),
  ])
  .filter(([, program]) => program !== '');

test('pages have programs', () => expect(programs.length).toBeGreaterThan(10));

test.each(programs)('the program of %s runs', async (page, program) => {
  await mkdir(folder, { recursive: true });
  const file = resolve(folder, `${page.replaceAll(/\W+/g, '-')}.mjs`);
  await writeFile(file, program);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, timeout: 120_000 });
  expect(stdout).not.toBe('');
  expect(stdout).not.toMatch(/\bundefined\b/);
  await rm(file);
});
