import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const docs = resolve(import.meta.dirname, '..');
const repository = resolve(docs, '..');
const folder = resolve(docs, '.examples');

/** The ```js blocks of a page, in order: one program, as a reader who follows the page would write it. */
const programOf = (markdown: string): string =>
  [...markdown.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code).join('\n');

const markdownIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(path, file));
const pages = [
  ...['guide', 'guides', 'concepts', 'zh'].flatMap((part) => markdownIn(resolve(docs, part))),
  ...readdirSync(resolve(repository, 'packages')).map((name) => resolve(repository, 'packages', name, 'README.md')),
];
const programs = (
  await Promise.all(
    pages.map(async (page): Promise<[string, string]> => {
      return [relative(repository, page), programOf(await readFile(page, 'utf8'))];
    }),
  )
).filter(([, program]) => program !== '');

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
