import { type DeadNeuronReport, describe, invalidArgument, requireFinite, requireObject } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { copyModel } from '../copyModel';
import { requireInput } from '../revive/requireInput';
import { applyCure, type Cure, cureName, requireCures } from './cures';

const where = 'revival/repairNetwork';

/** How a trial trains. */
export interface Trial {
  /** The cure's name, or `control` for the copy that gets none. */
  cure: string;
  /** Multiply the learning rate by it: 0.1 for the cure `lowerLearningRate`, else 1. */
  learningRateFactor: number;
}

/** Options of `repairNetwork`. */
export interface RepairOptions {
  /** Tried in this order; recycle, bias, leaky ReLU, initialize unless given. */
  cures?: readonly Cure[];
  /**
   * Compiles and trains a copy for a while, with the same batches each time. The copy without a cure is trained too: a cure
   * must beat it, not the network as it was. Without it, cures are judged as they are applied.
   */
  train?: (copy: LayersModel, trial: Trial) => Promise<void> | void;
  /** How good a network is, higher is better (an accuracy on held-out data, a negative loss). */
  score?: (copy: LayersModel) => Promise<number> | number;
  /** Whether to try all cures, for their evidence, and not to end at the first that helps; false unless given. */
  tryAll?: boolean;
  /** By how much a cure may score below the control; 0 unless given. */
  tolerance?: number;
  seed: number | string;
}

/** What one cure did on its copy. */
export interface CureAttempt {
  cure: string;
  /** Dead channels right after the cure, and after the trial (null without `train`). */
  dead: { cured: number; trained: number | null };
  /** Of the copy at the end; null without `score`. */
  score: number | null;
  helped: boolean;
  /** In words, with the figures. */
  evidence: string;
}

/** The repaired model and what was done to it. */
export interface RepairResult {
  /** The copy that the first helpful cure made, trained as far as the trial went; null where none helped. The caller's. */
  model: LayersModel | null;
  cure: string | null;
  /** The network as it was given, and its copy without a cure. */
  before: { dead: number; channels: number };
  control: { dead: number; score: number | null };
  /** In the order of the cures, up to the first that helped (all of them with `tryAll`). */
  attempts: CureAttempt[];
}

const audit = (model: LayersModel, data: Tensor): Promise<DeadNeuronReport> => auditModel(model, data);

interface Outcome {
  dead: number;
  score: number | null;
}

async function outcomeOf(copy: LayersModel, data: Tensor, trial: Trial, options: RepairOptions): Promise<Outcome> {
  await options.train?.(copy, trial);
  const { summary } = await audit(copy, data);
  return { dead: summary.deadChannels, score: options.score ? await options.score(copy) : null };
}

function judge(control: Outcome, cured: Outcome, tolerance: number): { helped: boolean; evidence: string } {
  const dead = `${cured.dead} dead channels against ${control.dead} without it`;
  if (cured.score !== null && !Number.isFinite(cured.score))
    return { helped: false, evidence: `${dead}, but its score is ${cured.score}` };
  const scores =
    cured.score === null ? '' : `, score ${cured.score.toPrecision(4)} against ${control.score!.toPrecision(4)}`;
  if (cured.dead >= control.dead) return { helped: false, evidence: `${dead}${scores}: no fewer` };
  // A control whose score is NaN is no bar.
  if (cured.score !== null && cured.score < control.score! - tolerance)
    return { helped: false, evidence: `${dead}${scores}: it costs too much` };
  return { helped: true, evidence: `${dead}${scores}` };
}

/** One cure on a copy of its own; the copy is disposed unless it helped. */
async function attempt(
  model: LayersModel,
  data: Tensor,
  report: DeadNeuronReport,
  cure: Cure,
  control: Outcome,
  options: RepairOptions,
): Promise<{ one: CureAttempt; copy: LayersModel | null }> {
  const name = cureName(cure);
  let copy = await copyModel(where, model);
  try {
    copy = await applyCure(copy, cure, { report, data, seed: options.seed });
    const cured = (await audit(copy, data)).summary.deadChannels;
    const trial = { cure: name, learningRateFactor: cure === 'lowerLearningRate' ? 0.1 : 1 };
    const outcome = await outcomeOf(copy, data, trial, options);
    const verdict = judge(control, outcome, options.tolerance ?? 0);
    const dead = { cured, trained: options.train ? outcome.dead : null };
    if (!verdict.helped) copy.dispose();
    return { one: { cure: name, dead, score: outcome.score, ...verdict }, copy: verdict.helped ? copy : null };
  } catch (error) {
    copy.dispose();
    throw error;
  }
}

/**
 * A repair ladder: tries cures in order, each on a copy of the network, and keeps the first that helps, with its evidence.
 * A cure helps if its copy has fewer dead channels than the copy without a cure, both after the same trial of training, and
 * scores no worse. What only looks cured right after the operation and dies again in training does not pass.
 *
 * @param model borrowed and unchanged
 * @param data float32[samples, …], on which channels count as dead; borrowed
 * @throws TypeError or RangeError for data that does not fit, cures that are none, a tolerance below 0; what `train`,
 *   `score` and cures of one's own throw, with all copies disposed
 * @see Zhang et al. 2021, AUTOTRAINER, ICSE, for the idea of a ladder of repairs
 */
export async function repairNetwork(model: LayersModel, data: Tensor, options: RepairOptions): Promise<RepairResult> {
  requireObject(where, 'options', options);
  const { cures = ['recycle', 'bias', { activation: 'leakyRelu' }, 'initialize'], tolerance = 0 } = options;
  requireInput(where, 'data', model, data);
  requireCures(where, cures);
  requireFinite(where, 'options.tolerance', tolerance, { min: 0 });
  if (!options.train && cures.includes('lowerLearningRate'))
    throw invalidArgument({
      where,
      argument: 'options.train',
      rule: "must be given for the cure 'lowerLearningRate'",
      received: describe(options.train),
      wayOut: 'A lower rate revives nothing by itself: it shows in training only.',
      type: TypeError,
    });
  const report = await audit(model, data);
  const { deadChannels, channels } = report.summary;
  const plain = await copyModel(where, model);
  let control: Outcome;
  try {
    control = await outcomeOf(plain, data, { cure: 'control', learningRateFactor: 1 }, options);
  } finally {
    plain.dispose();
  }
  const result: RepairResult = {
    model: null,
    cure: null,
    before: { dead: deadChannels, channels },
    control,
    attempts: [],
  };
  for (const cure of cures) {
    const { one, copy } = await attempt(model, data, report, cure, control, options);
    result.attempts.push(one);
    if (!copy) continue;
    if (result.model) copy.dispose();
    else Object.assign(result, { model: copy, cure: one.cure });
    if (!options.tryAll) break;
  }
  return result;
}
