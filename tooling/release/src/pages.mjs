// What the pages tell to type, and who runs each line: the one place where that is written down.

/** The commands of a page's ```sh blocks: continued lines joined, comments left out. */
export function shellLines(markdown) {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, code]) =>
    code
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

/** The blocks of a page whose first line names their file in a comment. */
export function namedFiles(markdown) {
  const fences = [...markdown.matchAll(/^```(?:ts|js|jsx)\n(\/\/ (\S+\.\w+)\n[\s\S]*?)^```/gm)];
  return fences.map(([, code, name]) => ({ name, code }));
}

/**
 * `tests`: docs/tests/shell.test.ts, in a folder with small data. `release`: release:local, where the packages come from
 * a registry, and the repository is a fresh copy. `nobody`: not run, and why.
 * @type {[RegExp, { by: 'tests' | 'release' } | { by: 'nobody', why: string }][]}
 */
const lines = [
  [/^npx relumine (compare|audit|select|sweep|worker)\b/, { by: 'tests' }],
  [/^redis-server\b/, { by: 'tests' }],
  [/^npm install\b/, { by: 'release' }],
  [/^mkdir -p \S+$/, { by: 'release' }],
  [/^cp node_modules\/\S+ \S+$/, { by: 'release' }],
  [/^npm start$/, { by: 'release' }],
  [/^npm run compare\b/, { by: 'release' }],
  [/^npm test$/, { by: 'nobody', why: 'it is what runs all of this' }],
  [
    /^pnpm --filter @relumine\/docs results( [\w-]+)?$/,
    { by: 'nobody', why: 'it measures for hours, and rewrites pages of this repository' },
  ],
];

/** Who runs a line; undefined where nobody has said so. */
export const runnerOf = (line) => lines.find(([pattern]) => pattern.test(line))?.[1];
