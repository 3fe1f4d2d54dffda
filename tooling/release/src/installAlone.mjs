import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyProject, managers } from './managers.mjs';
import { shellLines } from './pages.mjs';
import { exampleOf, importedPackages, installLineOf, settingsOf } from './readme.mjs';

/** Real folders of every installed copy of a package below `folder`, npm's layout (nested) and pnpm's (.pnpm) alike. */
export function copiesOf(name, folder) {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return [];
  const own = existsSync(join(modules, name, 'package.json')) ? [join(modules, name)] : [];
  const entries = readdirSync(modules, { withFileTypes: true })
    // A link leads to a folder that is found by its own name.
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap((entry) =>
      entry.name.startsWith('@')
        ? readdirSync(join(modules, entry.name)).map((inner) => join(entry.name, inner))
        : [entry.name],
    );
  return [...own, ...entries.flatMap((entry) => copiesOf(name, join(modules, entry)))];
}

function copiesOfPnpm(name, folder) {
  const store = join(folder, 'node_modules/.pnpm');
  return readdirSync(store).filter((entry) => entry.startsWith(`${name.replace('/', '+')}@`));
}

/** yarn's Plug'n'Play has one entry for each copy in its lockfile. */
function copiesOfYarn(name, folder) {
  const lock = readFileSync(join(folder, 'yarn.lock'), 'utf8');
  return [...lock.matchAll(/resolution: "([^"]+)@npm:[^"]+"/g)].filter((match) => match[1] === name);
}

/**
 * Installs one published package into an empty project with what its README tells to install and nothing else, and runs
 * the README's example. Rejects where the line leaves out what the example imports, the install or the example fails,
 * or tfjs-core is there twice.
 * @param {{ name: string, version: string, path: string }} one
 * @param {keyof typeof managers} manager
 * @param {string} folder
 * @param {import('./managers.mjs').Registry} registry
 * @returns {Promise<{ printed: string, again(node: string): Promise<string> }>} what the example printed, and the same
 *   example in another Node
 */
export async function installAlone({ name, version, path }, manager, folder, registry) {
  const readme = readFileSync(join(path, 'README.md'), 'utf8');
  const example = exampleOf(readme);
  if (!example) throw new Error(`${name}: its README has no \`\`\`js example`);
  const line = installLineOf(readme) ?? [name];
  const left = importedPackages(example).filter((one) => !line.includes(one));
  if (left.length > 0) throw new Error(`${name}: its README does not say to install ${left.join(', ')}`);

  emptyProject(folder);
  const own = (one) => one === 'relumine' || one.startsWith('@relumine/');
  const range = (one) => (own(one) ? `@${version}` : one.startsWith('@tensorflow/') ? '@^4.22.0' : '');
  const names = line.map((one) => one + range(one));
  const typed = shellLines(readme).filter((one) => one.startsWith('npm install '));
  // npm as the README has it, to the letter.
  if (manager === 'npm' && typed.length > 0) await managers.npm.type(folder, typed, registry);
  else await managers[manager].install(folder, names, registry, settingsOf(readme));
  const copies = { npm: copiesOf, pnpm: copiesOfPnpm, yarn: copiesOfYarn }[manager]('@tensorflow/tfjs-core', folder);
  if (copies.length > 1) throw new Error(`${name}: ${copies.length} copies of tfjs-core: ${copies.join(', ')}`);

  writeFileSync(join(folder, 'example.mjs'), example);
  const again = (node) => managers[manager].execute(folder, 'example.mjs', registry, node);
  const printed = await again(process.execPath);
  if (printed.trim() === '') throw new Error(`${name}: its example prints nothing`);
  return { printed, again };
}
