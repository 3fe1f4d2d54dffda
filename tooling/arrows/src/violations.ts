import { arrows, backendPackages, mayImportBackend } from './rules';

/** Why a shipped source of package `from` must not import `specifier`; undefined where it may. */
export function violation(from: string, specifier: string): string | undefined {
  const allowed = arrows[from];
  if (!allowed) return `${from} has no line in tooling/arrows/src/rules.ts`;
  if (backendPackages.some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
    return mayImportBackend.includes(from) ? undefined : `${from} must not import a backend (${specifier})`;
  }
  if (specifier.startsWith('@tooling/')) return `${from} ships, so it must not import ${specifier}`;
  const own = /^@relumine\/([^/]+)(\/.+)?$/.exec(specifier);
  if (!own) return undefined;
  const [, to = '', path = ''] = own;
  if (to === from) return `${from} must import its own files by relative path, not ${specifier}`;
  if (/\/(src|dist)(\/|$)/.test(path)) return `${from} must enter ${to} by its exports, not ${specifier}`;
  return allowed.includes(to)
    ? undefined
    : `${from} must not import ${to} (allowed: ${allowed.join(', ') || 'nothing'})`;
}
