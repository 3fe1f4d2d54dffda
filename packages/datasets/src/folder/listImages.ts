import { readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { createRandom, describe, invalidArgument } from '@relumine/core';

export interface LabelledFile {
  file: string;
  label: number;
}

export interface ListOptions {
  path: string;
  split: 'train' | 'test';
  testFraction: number;
  seed: number | string;
}

const where = 'datasets/imageFolder';
const isImage = (name: string): boolean => /\.(png|jpe?g)$/i.test(name) && !name.startsWith('.');

const refuse = (rule: string, received: string, wayOut?: string): Error =>
  invalidArgument({ where, argument: 'path', rule, received, ...(wayOut ? { wayOut } : {}) });

/** Sub-folders by name; hidden ones are none. */
async function classesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw invalidArgument({
      where,
      argument: 'path',
      rule: 'must be a folder that can be read',
      received: describe(path),
      cause,
    });
  });
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** A link must not lead out of the data folder: what is trained on is what lies there. */
async function requireInside(root: string, file: string): Promise<void> {
  const from = relative(root, await realpath(file));
  if (from === '..' || from.startsWith(`..${sep}`)) throw refuse('must hold its images itself', describe(file));
}

async function imagesOf(root: string, folder: string): Promise<string[]> {
  await requireInside(root, folder);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && isImage(entry.name));
  for (const entry of names) if (entry.isSymbolicLink()) await requireInside(root, join(folder, entry.name));
  return names.map(({ name }) => name).sort();
}

/**
 * The files of one part of a folder with a sub-folder for each class. With sub-folders `train` and `test` these are the
 * parts; otherwise a share of each class, drawn by the seed, is the test part. The order is drawn by the seed too, so that
 * the first images are of all classes.
 */
export async function listImages({
  path,
  split,
  testFraction,
  seed,
}: ListOptions): Promise<{ classNames: string[]; files: LabelledFile[] }> {
  const top = await classesOf(path);
  const root = await realpath(path);
  const isSplit = top.includes('train') && top.includes('test');
  const folder = isSplit ? join(path, split) : path;
  const classNames = isSplit ? await classesOf(join(path, 'train')) : top;
  if (classNames.length < 2)
    throw refuse(
      'must have a sub-folder of images for each class, two at least',
      `${describe(path)} with ${classNames.length === 0 ? 'none' : `only ${classNames[0]}`}`,
    );
  if (classNames.length > 256) throw refuse('must have at most 256 classes', `${classNames.length}`);
  if (isSplit) {
    const stray = (await classesOf(folder)).find((name) => !classNames.includes(name));
    if (stray !== undefined) throw refuse('must have the same classes in train and test', `test/${stray}`);
  }
  const random = createRandom(seed);
  const files: LabelledFile[] = [];
  for (const [label, name] of classNames.entries()) {
    const names = await imagesOf(root, join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const order = [...random.fork(`class ${name}`).permutation(names.length)];
    const tests = isSplit ? 0 : Math.round(names.length * testFraction);
    const chosen = isSplit ? order : split === 'test' ? order.slice(0, tests) : order.slice(tests);
    files.push(...chosen.map((i) => ({ file: join(folder, name, names[i]!), label })));
  }
  if (files.length === 0)
    throw refuse(
      `must hold PNG or JPEG images for its ${split} part`,
      `${describe(path)} with ${classNames.length} sub-folders and none`,
    );
  return { classNames, files: [...random.fork('order').permutation(files.length)].map((i) => files[i]!) };
}
