import { runnerOf, shellLines } from '@tooling/release/pages';
import { expect, test } from 'vitest';
import { allBlocks, type Block } from './blocks';

/** Pages whose ```ts and ```jsx blocks are files of a project that is built and run, and by what. */
const projects: Record<string, string> = {
  'docs/guides/vite.md': 'guides.test.ts, and release:local',
  'docs/guides/webpack.md': 'guides.test.ts, and release:local',
  'docs/guides/ci.md': 'guides.test.ts',
  'packages/wasm-backend/README.md': 'guides.test.ts',
  'docs/guides/next.md': 'release:local',
};

/** Why a block is run by nothing; undefined where something runs it. */
function unrun({ page, language, code }: Block): string | undefined {
  switch (language) {
    case 'js': // examples.test.ts
      return undefined;
    case 'ts':
    case 'jsx':
      return page in projects ? undefined : `no project has the files of ${page}`;
    case 'sh':
      return shellLines(`\`\`\`sh\n${code}\`\`\``).find((line) => runnerOf(line) === undefined);
    case 'yaml': // shell.test.ts runs the plan; release:local installs with the settings
      return /^grid:|^allowBuilds:/m.test(code) ? undefined : 'neither a plan nor settings of pnpm';
    case 'diff': // no program: diffs.test.ts compares it with the files that it is of
      return page === 'CONTRIBUTING.md' ? undefined : 'a diff is compared in CONTRIBUTING.md alone';
    case '': // a drawing, not code
      return /─|\\|core {2,}/.test(code) ? undefined : 'a block without a language, and no drawing';
    default:
      return `nothing runs ${language}`;
  }
}

test('every block of README, guides and the other pages is run, or its line says why not', () => {
  const blocks = allBlocks();
  expect(blocks.length).toBeGreaterThan(80);
  expect(blocks.flatMap((block) => unrun(block) ?? [])).toEqual([]);
});

test('a block that nothing runs is found', () => {
  const block = { page: 'docs/guides/new.md', language: 'sh', code: 'npx relumine audit m.json\ncurl example.org\n' };
  expect(unrun(block)).toBe('curl example.org');
  expect(unrun({ ...block, language: 'ts' })).toBe('no project has the files of docs/guides/new.md');
  expect(unrun({ ...block, language: 'python' })).toBe('nothing runs python');
  expect(unrun({ ...block, language: '' })).toBe('a block without a language, and no drawing');
});
