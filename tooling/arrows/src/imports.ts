import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** The module specifiers that a TypeScript source imports for its values, re-exports or loads dynamically. */
export function importsOf(file: string, text: string = readFileSync(file, 'utf8')): string[] {
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const specifiers = module.staticImports.map((i) => i.moduleRequest.value);
  for (const statement of module.staticExports)
    for (const entry of statement.entries) if (entry.moduleRequest) specifiers.push(entry.moduleRequest.value);
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^['"`]([^'"`$]+)['"`]$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[1]) specifiers.push(literal[1]);
  }
  return [...new Set(specifiers)];
}

/** The shipped sources of a package: what is in `src` and is no test. */
export function sourcesOf(packageFolder: string): string[] {
  return readdirSync(join(packageFolder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|vue)$/.test(name) && !/\.(test\w*|bench)(-d)?\.ts$/.test(name))
    .filter((name) => name.endsWith('.ts') && !/(^|[\\/])(testing|fixtures)[\\/]/.test(name))
    .map((name) => join(packageFolder, 'src', name));
}
