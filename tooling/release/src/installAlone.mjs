import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './process.mjs';

/** The first runnable example of a README: the first fenced block marked js. */
export function exampleOf(readme) {
  return /^```js\n([\s\S]*?)^```/m.exec(readme)?.[1];
}

/** The packages that a source imports, without their sub-paths. */
export function importedPackages(source) {
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]);
  const bare = specifiers.filter((s) => !s.startsWith('.') && !s.startsWith('node:'));
  return [
    ...new Set(
      bare.map((s) =>
        s
          .split('/')
          .slice(0, s.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    ),
  ];
}

/** Folders of every installed copy of a package below `folder`. */
export function copiesOf(name, folder, found = []) {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return found;
  if (existsSync(join(modules, name, 'package.json'))) found.push(join(modules, name));
  const entries = readdirSync(modules).flatMap((entry) =>
    entry.startsWith('@') ? readdirSync(join(modules, entry)).map((inner) => join(entry, inner)) : [entry],
  );
  for (const entry of entries) copiesOf(name, join(modules, entry), found);
  return found;
}

/**
 * Installs one published package into an empty project, with what its README example imports and nothing else, and runs
 * the example in plain Node. Rejects where the install or the example fails, or tfjs-core is there twice.
 * @returns {Promise<string>} what the example printed
 */
export async function installAlone({ name, version, path }, folder, environment) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'alone', private: true, type: 'module' }));
  const example = exampleOf(readFileSync(join(path, 'README.md'), 'utf8'));
  if (!example) throw new Error(`${name}: its README has no \`\`\`js example`);
  const peers = importedPackages(example).filter((other) => other !== name);
  const foreign = peers.filter((peer) => peer.startsWith('@relumine/'));
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const undeclared = foreign.filter((peer) => !(peer in dependencies) && !(peer in peerDependencies));
  if (undeclared.length > 0)
    throw new Error(`${name}: its example needs ${undeclared.join(', ')}, which it does not bring`);
  const wanted = peers
    .filter((peer) => !foreign.includes(peer))
    .map((peer) => `${peer}@${peer.includes('tensorflow') ? '^4.22.0' : '*'}`);
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', `${name}@${version}`, ...wanted];
  await capture('npm', install, { cwd: folder, env: environment });
  const copies = copiesOf('@tensorflow/tfjs-core', folder);
  if (copies.length > 1) throw new Error(`${name}: ${copies.length} copies of tfjs-core: ${copies.join(', ')}`);
  writeFileSync(join(folder, 'example.mjs'), example);
  return capture(process.execPath, ['example.mjs'], { cwd: folder, timeout: 120_000 });
}
