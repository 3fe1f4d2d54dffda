/** The first runnable example of a README: the first fenced block marked js. */
export function exampleOf(readme) {
  return /^```js\n([\s\S]*?)^```/m.exec(readme)?.[1];
}

/**
 * What the README's own `npm install …` line names; undefined where it has none (the command line is run by `npx`).
 * @returns {string[] | undefined}
 */
export function installLineOf(readme) {
  const line = /^```sh\nnpm install ([\s\S]*?)(?<!\\)\n/m.exec(readme)?.[1];
  return line?.split(/[\s\\]+/).filter((name) => name && !name.startsWith('-'));
}

/** What a README puts into pnpm-workspace.yaml; '' where it has nothing for it. */
export function settingsOf(readme) {
  return /^```yaml\n(allowBuilds:[\s\S]*?)^```/m.exec(readme)?.[1] ?? '';
}

/** A specifier without its sub-path: `@relumine/activations/layers` → `@relumine/activations`. */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The packages that a source imports, without their sub-paths. */
export function importedPackages(source) {
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]);
  return [...new Set(specifiers.filter((s) => !s.startsWith('.') && !s.startsWith('node:')).map(packageOf))];
}
