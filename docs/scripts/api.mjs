// Writes the API reference of every package, from its docstrings, as Markdown into docs/api.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Application } from 'typedoc';

const docs = resolve(import.meta.dirname, '..');
const packages = resolve(docs, '../packages');

/** The sources of what a package exports. */
function entries(folder) {
  const { exports = {} } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
  const sources = Object.values(exports).map((entry) => entry['@relumine/source']);
  return sources.filter((source) => source?.endsWith('.ts')).map((source) => resolve(folder, source));
}

const folders = readdirSync(packages)
  .map((name) => resolve(packages, name))
  .filter((folder) => existsSync(resolve(folder, 'package.json')));

const app = await Application.bootstrapWithPlugins({
  entryPoints: folders.flatMap(entries),
  entryPointStrategy: 'resolve',
  tsconfig: resolve(docs, 'tsconfig.api.json'),
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  out: resolve(docs, 'api'),
  docsRoot: docs,
  sidebar: { autoConfiguration: true, pretty: false },
  name: 'API',
  readme: 'none',
  basePath: packages,
  displayBasePath: packages,
  disableSources: true,
  excludeInternal: true,
  excludeExternals: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandObjects: false,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  membersWithOwnFile: [],
  logLevel: 'Warn',
  validation: { notExported: false, invalidLink: true, notDocumented: false },
});
rmSync(resolve(docs, 'api'), { recursive: true, force: true });
const project = await app.convert();
if (!project || app.logger.hasErrors()) process.exit(1);
for (const module of project.children ?? []) {
  // `packages/x/src/layers` is what a reader imports as `@relumine/x/layers`.
  module.name = `@relumine/${module.name
    .replace(/^packages\//, '')
    .replace(/\/src(\/index)?$/, '')
    .replace('/src/', '/')}`;
}
await app.generateOutputs(project);
if (app.logger.hasErrors()) process.exit(1);
