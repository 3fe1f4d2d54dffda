import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One name that a package exports, with the text it is declared by. */
export interface ExportedSymbol {
  name: string;
  file: string;
  kind: 'function' | 'class' | 'value' | 'type';
  /** The text of the docstring, without stars; empty where there is none. */
  doc: string;
  /** A function's parameters and return type, as written. */
  signature: string;
  body: string;
}

interface Span {
  start: number;
  end: number;
}

interface Declaration extends Span {
  type: string;
  id?: { name: string } | null;
  body?: Span | null;
  declarations?: { id: { name?: string }; init?: (Span & { type: string; body?: Span }) | null }[];
}

interface Statement extends Span {
  type: string;
  declaration?: Declaration | null;
}

/** The file that a relative specifier leads to. */
function follow(from: string, specifier: string): string {
  const path = join(dirname(from), specifier);
  return [`${path}.ts`, join(path, 'index.ts')].find(existsSync) ?? path;
}

const kindOf = (type: string, isFunction: boolean): ExportedSymbol['kind'] => {
  if (isFunction) return 'function';
  if (type === 'ClassDeclaration') return 'class';
  return type.startsWith('TS') ? 'type' : 'value';
};

/** The declaration of one name in one file. */
function declared(file: string, name: string): ExportedSymbol | undefined {
  const source = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, source);
  for (const statement of program.body as unknown as Statement[]) {
    const declaration = statement.declaration ?? (statement as unknown as Declaration);
    const variable = declaration.declarations?.find(({ id }) => id.name === name);
    if (declaration.id?.name !== name && !variable) continue;
    const init = variable?.init;
    const isFunction = /Function/.test(declaration.type) || /Function/.test(init?.type ?? '');
    const body = declaration.body ?? init?.body;
    const at = comments.findLast(({ end }) => end <= statement.start);
    const near = at && source.slice(at.end, statement.start).trim() === '' && at.value.startsWith('*');
    const doc = near
      ? at.value
          .replace(/^\*/, '')
          .replace(/^\s*\* ?/gm, '')
          .trim()
      : '';
    const signature = source.slice(statement.start, body?.start ?? statement.end);
    const kind = kindOf(declaration.type, isFunction);
    return { name, file, kind, doc, signature, body: body ? source.slice(body.start, body.end) : '' };
  }
  return undefined;
}

/** Every name that the module of `file` exports, followed to its declaration; what other packages declare is left out. */
export function exportedSymbols(file: string): ExportedSymbol[] {
  const { module } = parseSync(file, readFileSync(file, 'utf8'));
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry): ExportedSymbol[] => {
      const request = entry.moduleRequest?.value;
      if (request && !request.startsWith('.')) return [];
      const target = request ? follow(file, request) : file;
      if (entry.exportName.name === null) return request ? exportedSymbols(target) : [];
      const name = entry.importName.name ?? entry.localName.name ?? entry.exportName.name;
      const found = declared(target, name);
      if (found) return [found];
      // A name that `target` passes on.
      return exportedSymbols(target).filter((symbol) => symbol.name === name);
    }),
  );
}
