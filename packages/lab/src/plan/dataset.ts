import {
  describe,
  invalidArgument,
  nearestName,
  requireFinite,
  requireOneOf,
  requirePositiveInteger,
} from '@relumine/core';

/** Whose images a run learns from; paths are relative to the data folder. */
export type DatasetChoice = 'mnist' | DatasetSpec;

/** A plan's data set: its kind, and where it is. */
export type DatasetSpec =
  | { kind: 'mnist' }
  /** A folder with the four files under their own names. */
  | { kind: 'fashionMnist'; path: string }
  /** A folder with a sub-folder of PNG or JPEG files for each class, or `train` and `test` of that kind. */
  | {
      kind: 'imageFolder';
      path: string;
      size?: readonly [number, number];
      channels?: 1 | 3;
      testFraction?: number;
      seed?: number;
      onCorrupt?: 'error' | 'skip';
    }
  /** IDX or .npy files. */
  | {
      kind: 'arrays';
      path: string;
      images: string;
      labels: string;
      testImages: string;
      testLabels: string;
      classNames?: readonly string[];
    }
  /** A module whose default export is `({ split, limit }) => ImageDataset`. */
  | { kind: 'module'; path: string };

type Kind = DatasetSpec['kind'];

const keys: Readonly<Record<Kind, { needed: readonly string[]; free: readonly string[] }>> = {
  mnist: { needed: [], free: [] },
  fashionMnist: { needed: ['path'], free: [] },
  imageFolder: { needed: ['path'], free: ['size', 'channels', 'testFraction', 'seed', 'onCorrupt'] },
  arrays: { needed: ['path', 'images', 'labels', 'testImages', 'testLabels'], free: ['classNames'] },
  module: { needed: ['path'], free: [] },
};

export const datasetKinds: readonly Kind[] = Object.keys(keys) as Kind[];

/** The object behind a choice. */
export const datasetOf = (choice: DatasetChoice): DatasetSpec =>
  typeof choice === 'string' ? { kind: choice } : choice;

function requireText(where: string, argument: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  const type = typeof value === 'string' ? RangeError : TypeError;
  throw invalidArgument({ where, argument, rule: 'must be a file or folder', received: describe(value), type });
}

function requireImageFolder(where: string, argument: string, value: Record<string, unknown>): void {
  const { size, channels, testFraction, seed, onCorrupt } = value;
  if (size !== undefined) {
    if (!Array.isArray(size) || size.length !== 2)
      throw invalidArgument({
        where,
        argument: `${argument}.size`,
        rule: 'must be [height, width]',
        received: describe(size),
      });
    for (const length of size) requirePositiveInteger(where, `${argument}.size`, length);
  }
  if (channels !== undefined && channels !== 1 && channels !== 3)
    throw invalidArgument({
      where,
      argument: `${argument}.channels`,
      rule: 'must be 1 or 3',
      received: describe(channels),
    });
  if (testFraction !== undefined)
    requireFinite(where, `${argument}.testFraction`, testFraction, { min: 0, max: 1, exclusive: true });
  if (seed !== undefined) requirePositiveInteger(where, `${argument}.seed`, seed, 0);
  if (onCorrupt !== undefined) requireOneOf(where, `${argument}.onCorrupt`, onCorrupt, ['error', 'skip']);
}

/**
 * Checks the form of a data set's description; whether the files are there shows when they are read.
 *
 * @throws TypeError or RangeError for an unknown kind, unknown or missing keys, and wrong values
 */
export function requireDataset(where: string, argument: string, value: unknown): asserts value is DatasetChoice {
  if (typeof value !== 'object' || value === null) return requireOneOf(where, argument, value, ['mnist']);
  const { kind, ...rest } = value as Record<string, unknown>;
  requireOneOf(where, `${argument}.kind`, kind, datasetKinds);
  const { needed, free } = keys[kind];
  const known = [...needed, ...free];
  const stray = Object.keys(rest).find((key) => !known.includes(key));
  if (stray !== undefined) {
    const near = nearestName(stray, known);
    throw invalidArgument({
      where,
      argument,
      rule: `must have no other keys than ${['kind', ...known].join(', ')}`,
      received: describe(stray),
      ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
    });
  }
  for (const key of needed) requireText(where, `${argument}.${key}`, rest[key]);
  if (kind === 'imageFolder') requireImageFolder(where, argument, rest);
}
