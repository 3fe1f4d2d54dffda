import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { shellLines } from '@tooling/release/pages';
import { expect, test } from 'vitest';
import { blocksOf, repository } from './blocks';

const manifest = (path: string) =>
  JSON.parse(readFileSync(resolve(repository, path, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
    name: string;
  };
const catalog = readFileSync(resolve(repository, 'pnpm-workspace.yaml'), 'utf8');
/** Tools of the reader, which the repository does not use itself. */
const foreign = ['webpack-cli', 'next', 'react', 'react-dom'];

const helps = new Map<string, string>();
function helpOf(command: string): string {
  if (!helps.has(command)) {
    const cli = resolve(repository, 'apps/cli/dist/cli.js');
    helps.set(command, execFileSync(process.execPath, [cli, command, '--help'], { encoding: 'utf8' }));
  }
  return helps.get(command) as string;
}

const lines = blocksOf('sh').flatMap(({ page, code }) =>
  shellLines(`\`\`\`sh\n${code}\`\`\``).map((line) => ({ page, line })),
);

/** What a reader could not do with this line; undefined where all of it is there. */
function fault(line: string): string | undefined {
  const [first = '', second = '', third = '', ...rest] = line.split(/\s+/);
  if (/^(npx relumine|npm run compare --)/.test(line)) {
    const command = first === 'npx' ? third : 'compare';
    const options = line.match(/\s--[a-z][a-z-]*/g)?.map((option) => option.trim()) ?? [];
    const help = helpOf(command);
    return options.find((option) => !help.includes(option));
  }
  if (first === 'npm' && second === 'install') {
    const names = [third, ...rest].filter((name) => name && !name.startsWith('-'));
    return names.find((name) => {
      const bare = name.replace(/(?<=.)@[^@/]*$/, '');
      if (bare.startsWith('@relumine/')) return !existsSync(resolve(repository, 'packages', bare.slice(10)));
      return (
        bare !== 'relumine' &&
        !foreign.includes(bare) &&
        !catalog.includes(`${bare}"`) &&
        !catalog.includes(`  ${bare}:`)
      );
    });
  }
  if (first === 'pnpm' && second === '--filter') {
    const folder =
      third === '@relumine/docs'
        ? 'docs'
        : third.replace('@relumine/demo', 'apps/demo').replace('@tooling/', 'tooling/');
    return rest[0] && rest[0] in manifest(folder.replace('@relumine/', 'packages/')).scripts ? undefined : rest[0];
  }
  if (first === 'npm' || first === 'pnpm') {
    const script = second === 'run' ? third : second;
    return script in manifest('.').scripts || script === 'vitest' ? undefined : script;
  }
  return undefined;
}

test('there are commands in the pages', () => expect(lines.length).toBeGreaterThan(20));

test.each(lines)('$page: $line', ({ line }) => {
  expect(fault(line)).toBeUndefined();
});

test('an option, a script or a package that there is not is found', () => {
  expect(fault('npx relumine compare --activatoins relu')).toBe('--activatoins');
  expect(fault('npm install @relumine/activatoins')).toBe('@relumine/activatoins');
  expect(fault('npm run compaer')).toBe('compaer');
  expect(fault('pnpm --filter @relumine/docs resulst')).toBe('resulst');
});
