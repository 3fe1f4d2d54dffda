import { describe, invalidArgument } from '@relumine/core';

interface Builtins {
  getBuiltinModule?(id: 'node:fs/promises'): typeof import('node:fs/promises');
  getBuiltinModule?(id: 'node:module'): typeof import('node:module');
  getBuiltinModule?(id: 'node:path'): typeof import('node:path');
}

/** Node's own modules without an import, so that no bundler for browsers meets one; undefined in browsers. */
export function nodeBuiltins(): Required<Builtins> | undefined {
  const { process } = globalThis as { process?: Builtins };
  return typeof process?.getBuiltinModule === 'function' ? (process as Required<Builtins>) : undefined;
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const isUrl = (path: string): boolean => /^(https?|blob|data):/.test(path);

async function readOne(folder: string, file: string): Promise<Uint8Array> {
  const node = isUrl(folder) ? undefined : nodeBuiltins();
  if (node)
    return node.getBuiltinModule('node:fs/promises').readFile(node.getBuiltinModule('node:path').join(folder, file));
  const response = await fetch(`${folder.replace(/\/?$/, '/')}${file}`);
  // Servers of single-page apps answer a missing file with their page.
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html'))
    throw new Error(`${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * The bytes of `folder/file`, or of `folder/file.gz` where only that exists: a folder of the file system in Node, an
 * address in a browser (or one that starts with http).
 *
 * @throws TypeError for a path that is not a string; RangeError, with its cause, where neither file can be read
 */
export async function readDataFile(where: string, folder: unknown, file: string): Promise<Uint8Array> {
  if (typeof folder !== 'string')
    throw invalidArgument({
      where,
      argument: 'path',
      rule: 'must be the folder (or address) that holds the IDX files',
      received: describe(folder),
      type: TypeError,
    });
  let cause: unknown;
  for (const name of [file, `${file}.gz`]) {
    try {
      const bytes = await readOne(folder, name);
      return bytes[0] === 0x1f && bytes[1] === 0x8b ? await gunzip(bytes) : bytes;
    } catch (error) {
      cause ??= error;
    }
  }
  throw invalidArgument({
    where,
    argument: 'path',
    rule: `must be a folder with the file ${file}, or ${file}.gz, whole`,
    received: describe(folder),
    cause,
  });
}
