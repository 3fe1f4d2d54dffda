import { limits } from './limits';
import { problem } from './problem';

/** A file and where it was: `folder/model.json`, or its name alone. */
export interface Dropped {
  path: string;
  file: File;
}

/** Files of an `<input>`; a chosen folder keeps its paths. */
export function chosenFiles(list: Iterable<File> | null | undefined): Dropped[] {
  const files = [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return checked(files);
}

/** Files of a drop, folders walked through. @throws AuditProblem for more files than an audit takes on */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped[]> {
  // Entries are gone after the event: they are taken before anything is awaited.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return chosenFiles(transfer.files);
  const found: Dropped[] = [];
  for (const entry of entries) await walk(entry, 0, found);
  return found;
}

const checked = (files: Dropped[]): Dropped[] => {
  if (files.length > limits.files) throw problem('tooManyFiles', { limit: limits.files });
  return files.filter(({ path }) => !hidden(path));
};

/** `.DS_Store`, `__MACOSX/…` and the like, which systems add to folders. */
const hidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

async function walk(entry: FileSystemEntry, depth: number, found: Dropped[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, '');
  if (hidden(path)) return;
  if (found.length >= limits.files) throw problem('tooManyFiles', { limit: limits.files });
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    found.push({ path, file });
  } else if (entry.isDirectory && depth < limits.folderDepth) {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A reader gives its entries a hundred at a time, and none at the end.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
      if (some.length === 0) return;
      for (const one of some) await walk(one, depth + 1, found);
    }
  }
}
