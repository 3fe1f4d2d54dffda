import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const docs: string = resolve(import.meta.dirname, '..');
export const repository: string = resolve(docs, '..');

/** Every page that people write: guides, concepts and the like in both languages, and the READMEs. */
export function writtenPages(): string[] {
  const markdownIn = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
      .map((file) => join(folder, file));
  const packages = readdirSync(resolve(repository, 'packages'));
  return [
    ...['guide', 'guides', 'concepts', 'design', 'zh'].flatMap((part) => markdownIn(resolve(docs, part))),
    ...packages.map((name) => resolve(repository, 'packages', name, 'README.md')),
    resolve(docs, 'index.md'),
    resolve(docs, 'results/index.md'),
    resolve(repository, 'apps/cli/README.md'),
    resolve(repository, 'README.md'),
    resolve(repository, 'CONTRIBUTING.md'),
  ];
}

export interface Block {
  page: string;
  /** What follows the fence: js, sh, …; '' where nothing does. */
  language: string;
  code: string;
}

/** Every fenced block of every page, also an indented one. */
export function allBlocks(): Block[] {
  return writtenPages().flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^ *```(.*)\n([\s\S]*?)^ *```/gm)].map(([, language, code]) => ({
      page: relative(repository, file),
      language: (language as string).trim(),
      code: code as string,
    })),
  );
}

/** The fenced blocks of one language, page by page. */
export const blocksOf = (language: string): Block[] => allBlocks().filter((block) => block.language === language);
