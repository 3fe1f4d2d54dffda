import { describe, invalidArgument, nearestName, requireFinite, requirePositiveInteger } from '@relumine/core';
import { atPath } from '../plan/path';
import { axes, expandPlan, type RunSpec, type SweepPlan } from '../sweep/plan';

/** How candidates are thinned out. */
export interface Halving {
  /** One in so many goes on to the next rung; 3 unless given. */
  reduction?: number;
  /** Seeds that every candidate gets; 2 unless given. */
  firstSeeds?: number;
  /** Seeds that one candidate gets at most; 18 unless given. */
  mostSeeds?: number;
}

/** What may be spent; a run that has begun is finished. */
export interface Budget {
  runs?: number;
  seconds?: number;
}

/** A plan of a selection: a sweep's, whose grid and random space are the candidates. Seeds are the selection's own. */
export interface SelectPlan extends Omit<SweepPlan, 'seed'> {
  halving?: Halving;
  budget?: Budget;
}

/** Candidates unless the plan names its own. */
export const defaultCandidates = {
  activation: ['relu', 'leakyRelu', 'elu', 'silu'],
  normalization: ['none', 'batch'],
} as const;

const where = 'lab/select';

function requireKnown(key: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  return atPath([key], () => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalidArgument({
        where,
        argument: `plan.${key}`,
        rule: 'must be an object',
        received: describe(value),
        type: TypeError,
      });
    const stray = Object.keys(value).find((name) => !known.includes(name));
    if (stray !== undefined) {
      const near = nearestName(stray, known);
      throw invalidArgument({
        where,
        argument: `plan.${key}`,
        rule: `must have no other keys than ${known.join(', ')}`,
        received: describe(stray),
        ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
      });
    }
    return value as Record<string, unknown>;
  });
}

export interface WholeSelectPlan {
  /** A run of each candidate, with its first seed. */
  candidates: RunSpec[];
  halving: Required<Halving>;
  budget: Budget;
}

/**
 * The candidates of a plan, and its rules with their defaults, checked.
 *
 * @throws TypeError or RangeError as {@link expandPlan}; for a `seed` of its own, and for less than two candidates
 */
export function wholeSelectPlan(plan: SelectPlan): WholeSelectPlan {
  const { halving: givenHalving = {}, budget = {}, ...rest } = (plan ?? {}) as SelectPlan;
  const halving = {
    reduction: 3,
    firstSeeds: 2,
    mostSeeds: 18,
    ...requireKnown('halving', givenHalving, ['reduction', 'firstSeeds', 'mostSeeds']),
  };
  requireKnown('budget', budget, ['runs', 'seconds']);
  atPath(['halving', 'reduction'], () => requirePositiveInteger(where, 'plan.halving.reduction', halving.reduction, 2));
  atPath(['halving', 'firstSeeds'], () => requirePositiveInteger(where, 'plan.halving.firstSeeds', halving.firstSeeds));
  atPath(['halving', 'mostSeeds'], () =>
    requirePositiveInteger(where, 'plan.halving.mostSeeds', halving.mostSeeds, halving.firstSeeds),
  );
  if (budget.runs !== undefined)
    atPath(['budget', 'runs'], () => requirePositiveInteger(where, 'plan.budget.runs', budget.runs));
  if (budget.seconds !== undefined)
    atPath(['budget', 'seconds'], () =>
      requireFinite(where, 'plan.budget.seconds', budget.seconds, { min: 0, exclusive: true }),
    );
  const own = rest as SweepPlan;
  for (const [path, has] of [
    [['seed'], 'seed' in own],
    [['grid', 'seed'], 'seed' in (own.grid ?? {})],
    [['random', 'space', 'seed'], 'seed' in (own.random?.space ?? {})],
  ] as const)
    if (has)
      atPath(path, () => {
        throw invalidArgument({
          where,
          argument: `plan.${path.join('.')}`,
          rule: 'must not be given: a selection draws its own seeds, more for candidates that do well',
          received: 'a seed',
          wayOut: 'How many, is said by halving: { firstSeeds, mostSeeds }.',
        });
      });
  const hasCandidates = own.grid !== undefined || own.random !== undefined;
  const candidates = expandPlan({
    stopWhen: { deadFraction: 0.9 },
    ...own,
    ...(hasCandidates ? {} : { grid: defaultCandidates }),
  });
  if (candidates.length < 2)
    throw invalidArgument({
      where,
      argument: 'plan.grid',
      rule: 'must have two candidates at least',
      received: `${candidates.length}`,
      wayOut: `Vary one of ${axes.filter((axis) => axis !== 'seed').join(', ')}.`,
    });
  return { candidates, halving: halving as Required<Halving>, budget };
}
