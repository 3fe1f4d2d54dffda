import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { Run } from '../results';

/** How one run ended. */
export type RunEntry = { key: string; run: Run } | { key: string; error: string };

/** Results on disk, one JSON line each, synced: what is there survives a kill at any instant. */
export interface Journal {
  /** By key; a run that failed may be tried again, and its later result counts. */
  readonly entries: ReadonlyMap<string, RunEntry>;
  append(entry: RunEntry): Promise<void>;
  close(): Promise<void>;
}

/** A line that a kill tore is no result: its run is done again. */
function parse(line: string): RunEntry | undefined {
  try {
    const entry = JSON.parse(line) as RunEntry;
    return typeof entry?.key === 'string' && ('run' in entry || 'error' in entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a journal, made if there is none; what it holds is read first. */
export async function openJournal(file: string): Promise<Journal> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const entries = new Map<string, RunEntry>();
  for (const line of text.split('\n')) {
    const entry = parse(line);
    if (entry) entries.set(entry.key, entry);
  }
  const handle: FileHandle = await open(file, 'a');
  // A torn last line is ended, so that the next entry begins on its own.
  if (text !== '' && !text.endsWith('\n')) await handle.appendFile('\n');
  return {
    entries,
    async append(entry) {
      entries.set(entry.key, entry);
      await handle.appendFile(`${JSON.stringify(entry)}\n`);
      await handle.sync();
    },
    close: () => handle.close(),
  };
}
