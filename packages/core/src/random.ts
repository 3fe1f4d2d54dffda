import { describe, invalidArgument } from './errors';

/** A seeded stream of random numbers: the same seed gives the same numbers in Node and in every browser. */
export interface Random {
  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** A random permutation of 0 … length − 1. */
  permutation(length: number): Uint32Array;
  /** An independent stream, decided by this stream's seed and `label` alone (not by what was drawn so far). */
  fork(label: string | number): Random;
}

/** Mixes a string into 32 bits (FNV-1a with a final avalanche). */
function hash(text: string, start: number): number {
  let h = (0x811c9dc5 ^ start) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** sfc32 (Chris Doty-Humphrey): 128 bits of state, passes PractRand; 12 rounds of warm-up spread the seed. */
function sfc32(a: number, b: number, c: number): () => number {
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/**
 * A random stream (sfc32) for `seed`.
 *
 * @param seed any finite number or string; equal seeds give equal streams
 * @throws TypeError for any other seed
 */
export function createRandom(seed: number | string): Random {
  if (typeof seed !== 'string' && !Number.isFinite(seed)) {
    const rule = 'must be a finite number or a string';
    throw invalidArgument({
      where: 'core/createRandom',
      argument: 'seed',
      rule,
      received: describe(seed),
      type: TypeError,
    });
  }
  const key = `${typeof seed}:${seed}`;
  const bits = sfc32(hash(key, 1), hash(key, 2), hash(key, 3));
  let spare: number | undefined;

  const uniform = (): number => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;

  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    // Marsaglia's polar method: only log and sqrt, so engines can't differ by their sin and cos.
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = y * scale;
      return x * scale;
    }
  };

  const integer = (bound: number): number => {
    if (!Number.isSafeInteger(bound) || bound < 1 || bound > 4294967296) {
      const rule = 'must be an integer from 1 to 4294967296';
      throw invalidArgument({ where: 'core/Random.integer', argument: 'bound', rule, received: describe(bound) });
    }
    // Rejection keeps every value equally likely.
    const limit = 4294967296 - (4294967296 % bound);
    for (;;) {
      const value = bits();
      if (value < limit) return value % bound;
    }
  };

  const permutation = (length: number): Uint32Array => {
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = integer(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  };

  return { uniform, normal, integer, permutation, fork: (label) => createRandom(`${key}/${typeof label}:${label}`) };
}
