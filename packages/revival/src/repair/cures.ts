import { type DeadNeuronReport, describe, invalidArgument, requireOneOf } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Replacement, replaceActivations } from '../replaceActivations';
import { type RevivalStrategy, reviveChannels } from '../revive/reviveChannels';
import { initialize } from './initialize';

/** What a cure works with; everything is borrowed. */
export interface CureContext {
  report: DeadNeuronReport;
  data: Tensor;
  seed: number | string;
}

/** A cure of one's own: changes the copy in place, or returns another model (the copy is then disposed). */
export interface CustomCure {
  name: string;
  apply(copy: LayersModel, context: CureContext): Promise<LayersModel | undefined> | LayersModel | undefined;
}

/**
 * `recycle`, `bias`, `reinitialize`: strategies of `reviveChannels`. `initialize`: every kernel drawn anew with the gain of
 * its activation. `lowerLearningRate`: the trial trains at a tenth of the rate. `{ activation }`: `replaceActivations`.
 */
export type Cure = RevivalStrategy | 'initialize' | 'lowerLearningRate' | { activation: Replacement } | CustomCure;

const named = ['recycle', 'bias', 'reinitialize', 'initialize', 'lowerLearningRate'] as const;

/** What a cure is called in the evidence. */
export function cureName(cure: Cure): string {
  if (typeof cure === 'string') return cure;
  if ('apply' in cure) return cure.name;
  const { activation } = cure;
  return typeof activation === 'string' ? activation : activation.name;
}

/** Throws unless every cure is one. */
export function requireCures(where: string, cures: readonly Cure[]): void {
  if (!Array.isArray(cures) || cures.length === 0)
    throw invalidArgument({
      where,
      argument: 'options.cures',
      rule: 'must be a list of one or more cures',
      received: describe(cures),
      type: TypeError,
    });
  cures.forEach((cure: unknown, i) => {
    const argument = `options.cures[${i}]`;
    if (typeof cure === 'object' && cure !== null && ('activation' in cure || ('apply' in cure && 'name' in cure)))
      return;
    requireOneOf(where, argument, cure as string, named);
  });
}

/** Gives a copy the cure. */
export async function applyCure(copy: LayersModel, cure: Cure, context: CureContext): Promise<LayersModel> {
  const { report, data, seed } = context;
  if (cure === 'lowerLearningRate') return copy;
  if (cure === 'initialize') {
    await initialize(copy, report, seed);
    return copy;
  }
  if (typeof cure === 'string') {
    await reviveChannels(copy, report, cure === 'bias' ? { strategy: cure, data, seed } : { strategy: cure, seed });
    return copy;
  }
  const other =
    'apply' in cure ? await cure.apply(copy, context) : (await replaceActivations(copy, cure.activation)).model;
  if (other && other !== copy) copy.dispose();
  return other ?? copy;
}
