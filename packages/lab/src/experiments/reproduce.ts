import { describe, invalidArgument, requireOneOf } from '@relumine/core';
import { memoryJournal, openJournal } from '../sweep/journal';
import { absoluteValueDefaults, absoluteValueRows } from './absoluteValue';
import { articleDefaults, articleRows } from './article';
import { type AutoTrainerOptions, autoTrainerDefaults, autoTrainerRows, autoTrainerRuns } from './autoTrainer';
import { bornDeadDefaults, bornDeadRows } from './bornDead';
import { learningRateDefaults, learningRateRows } from './learningRate';
import type { Once, ReproductionHooks, ReproductionResult, ReproductionRow } from './reproduction';
import { stuckDefaults, stuckRows } from './stuckAt21';

interface Reproduction {
  title: string;
  text: string;
  defaults: object;
  rows(settings: never, hooks: ReproductionHooks, once: Once): Promise<ReproductionRow[]>;
}

/** The name of a reproduction. */
export type ReproductionName =
  | 'born-dead'
  | 'absolute-value'
  | 'auto-trainer'
  | 'stuck-at-21'
  | 'article'
  | 'learning-rate';

const reproductions: Record<ReproductionName, Reproduction> = {
  'born-dead': {
    title: 'Born dead',
    text: 'How often a ReLU network with one input, zero biases and equal widths is 0 for every input before any training (Lu, Shin, Su, Karniadakis 2019, arXiv 1903.06733). It does not depend on the distribution of the weights, as long as that is symmetric.',
    defaults: bornDeadDefaults,
    rows: bornDeadRows,
  },
  'absolute-value': {
    title: '|x| with ten layers of width two',
    text: 'Lu et al. 2019: networks of 10 layers of width 2 learn |x| on [−√3, √3], many side by side in one tensor program, each with weights and batches of its own (Adam at 0.002, batches of 32). *Constant*: outputs vary by less than 0.001 on a grid. Randomised asymmetric initialisation leaves fewer networks constant where the output layer is drawn that way too, as Lu et al. do, than where it is He’s.',
    defaults: absoluteValueDefaults,
    rows: absoluteValueRows,
  },
  'auto-trainer': {
    title: 'AutoTrainer’s deep MNIST network',
    text: '34 × Dense(128, ReLU) and Dense(10) on MNIST with Adam at 0.001, batches of 32, as in the repository of AutoTrainer (Zhang et al., ICSE 2021), which reports dying ReLU, by its own rule that 70 % of all gradient entries are exactly 0, in 50 % of 100 runs of 50 epochs with Glorot’s initialisation (93,750 steps). The accuracy beside it says whether a network that the rule names learns all the same. The network is not born dead: Lu’s bound is 34 · 2⁻¹²⁸. Glorot’s weights halve E[h²] in each layer, He’s keep it.',
    defaults: autoTrainerDefaults,
    rows: async (settings: AutoTrainerOptions, hooks, once) =>
      autoTrainerRows(await autoTrainerRuns(settings, hooks, once)),
  },
  'stuck-at-21': {
    title: '“Loss stays at 21” (tensorflow/tfjs#918)',
    text: 'One ReLU unit learns y = 2x − 1 from x = 1 … 4 with `fit`’s own steps. From a negative weight its output is 0 for all x > 0, the loss is mean(y²) = 21 and its gradient 0.',
    defaults: stuckDefaults,
    rows: stuckRows,
  },
  article: {
    title: 'The article’s network, and a repaired one',
    text: '[1, 32, 32, 1] → conv 3×3×32 → ReLU → leaky ReLU 0.01 → conv 3×3×64 → ReLU → “parametric” ReLU of slope 0.01 → [1, 32, 32, 64]. A leaky ReLU behind a ReLU reads no negative number. Repaired: leaky ReLU in the place of the first ReLU, PReLU with slopes that are weights in the place of the second.',
    defaults: articleDefaults,
    rows: articleRows,
  },
  'learning-rate': {
    title: 'A lower learning rate prevents, but does not revive',
    text: '`simpleCnn` with ReLU on MNIST, Adam, batches of 32: trained at a high rate, then on from there at a low one; recycled in between; and at the low rate from the start.',
    defaults: learningRateDefaults,
    rows: learningRateRows,
  },
};

/** The reproductions that there are. */
export const reproductionNames: readonly ReproductionName[] = Object.keys(reproductions) as ReproductionName[];

const where = 'lab/reproduce';

/**
 * Runs one reproduction of a published or derived result about dying ReLUs, on the current backend, and puts its figures
 * beside those that are expected, with standard errors.
 *
 * @param settings overrides of its defaults, for a smaller or larger run
 * @throws RangeError for an unknown name or setting
 */
export async function reproduce(
  name: ReproductionName,
  settings: Record<string, unknown> = {},
  hooks: ReproductionHooks = {},
): Promise<ReproductionResult> {
  requireOneOf(where, 'name', name, reproductionNames);
  const { title, text, defaults, rows } = reproductions[name];
  for (const [key, value] of Object.entries(settings)) {
    const usual = (defaults as Record<string, unknown>)[key];
    const fits = Array.isArray(usual)
      ? Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)
      : typeof value === 'number' && value > 0 && Number.isFinite(value);
    if (usual === undefined || !fits)
      throw invalidArgument({
        where,
        argument: `settings.${key}`,
        rule:
          usual === undefined
            ? `must be one of ${Object.keys(defaults).join(', ')}`
            : `must be ${Array.isArray(usual) ? 'a list of numbers' : 'a number above 0'}`,
        received: describe(value),
      });
  }
  const whole = { ...defaults, ...settings };
  const from = performance.now();
  const { found, earlier } = await withParts(hooks.journal, (once) => rows(whole as never, hooks, once));
  const seconds = Math.round((performance.now() - from) / 100) / 10 + earlier;
  return { schema: 'relumine.reproduction/1', name, title, text, settings: whole, rows: found, seconds };
}

interface Part {
  part: unknown;
  seconds: number;
}

/** @returns what was found, and the seconds that kept parts had taken */
async function withParts<T>(
  file: string | undefined,
  action: (once: Once) => Promise<T>,
): Promise<{ found: T; earlier: number }> {
  const journal = file === undefined ? memoryJournal<Part>() : await openJournal<Part>(file);
  let earlier = 0;
  const once: Once = async <P>(key: string, measure: () => Promise<P>): Promise<P> => {
    const kept = journal.entries.get(key);
    if (kept && 'run' in kept) {
      earlier += kept.run.seconds;
      return kept.run.part as P;
    }
    const from = performance.now();
    const part = await measure();
    await journal.append({ key, run: { part, seconds: Math.round((performance.now() - from) / 1000) } });
    return part;
  };
  try {
    return { found: await action(once), earlier };
  } finally {
    await journal.close();
  }
}
