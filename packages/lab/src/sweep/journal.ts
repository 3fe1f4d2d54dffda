import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Run } from '../results';

/** How a piece of work ended. */
export type Entry<R> = { key: string; run: R } | { key: string; error: string };

/** How one run ended. */
export type RunEntry = Entry<Run>;

/** Results on disk, one JSON line each, synced: what is there survives a kill at any instant. */
export interface Journal<R = Run> {
  /** By key; a run that failed may be tried again, and its later result counts. */
  readonly entries: ReadonlyMap<string, Entry<R>>;
  append(entry: Entry<R>): Promise<void>;
  /** A line that is no result, such as the plan. */
  note(note: { note: string }): Promise<void>;
  close(): Promise<void>;
}

/** A line that a kill tore is no result: its run is done again. */
function parse<R>(line: string): Entry<R> | undefined {
  try {
    const entry = JSON.parse(line) as Entry<R>;
    return typeof entry?.key === 'string' && ('run' in entry || 'error' in entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Reads line by line, so that a journal of any length needs the memory of its results alone. */
async function read<R>(handle: FileHandle): Promise<Map<string, Entry<R>>> {
  const entries = new Map<string, Entry<R>>();
  const input = handle.createReadStream({ start: 0, autoClose: false, encoding: 'utf8' });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const entry = parse<R>(line);
    if (entry) entries.set(entry.key, entry);
  }
  return entries;
}

async function endsTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 10;
}

/** Opens a journal, made if there is none; what it holds is read first. */
export async function openJournal<R = Run>(file: string): Promise<Journal<R>> {
  const handle = await open(file, 'a+');
  try {
    const entries = await read<R>(handle);
    // One line after the other: two that are written at once could tear each other.
    let last: Promise<void> = Promise.resolve();
    const write = (value: unknown): Promise<void> => {
      const next = last.then(async () => {
        await handle.appendFile(`${JSON.stringify(value)}\n`);
        await handle.sync();
      });
      last = next.catch(() => undefined);
      return next;
    };
    // A torn last line is ended, so that the next entry begins on its own.
    if (await endsTorn(handle)) await handle.appendFile('\n');
    return {
      entries,
      async append(entry) {
        await write(entry);
        entries.set(entry.key, entry);
      },
      note: write,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Results that are kept nowhere but here. */
export function memoryJournal<R = Run>(): Journal<R> {
  const entries = new Map<string, Entry<R>>();
  return {
    entries,
    append: async (entry) => void entries.set(entry.key, entry),
    note: async () => undefined,
    close: async () => undefined,
  };
}
