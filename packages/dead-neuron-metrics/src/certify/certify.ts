import {
  type CertificateReport,
  type CertificateVerdict,
  createRandom,
  describe,
  encodeNumber,
  invalidArgument,
  type LayerCertificate,
  requireObject,
  requirePositiveInteger,
} from '@relumine/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { activationOf } from './activationOf';
import { type BoxCorner, readBox } from './box';
import { softmaxed } from './elementwise';
import { blank, type Interval } from './interval';
import type { Variable, Weights } from './layerFields';
import { boundsOfZ, refusal } from './propagate';
import { addUse, type LayerRecord } from './record';
import { type SearchOptions, WitnessSearch } from './search';
import { type Use, walk } from './walk';

const where = 'dead-neuron-metrics/certify';

/** Options of `certify`. */
export interface CertifyOptions extends Partial<SearchOptions> {
  /** The box's lower corner: a number, or values of the input's shape; for several inputs an array with one for each. */
  min: BoxCorner | readonly BoxCorner[];
  /** The box's upper corner. */
  max: BoxCorner | readonly BoxCorner[];
  /** Seed of the search for witnesses; 1 by default. */
  seed?: number | string;
}

/**
 * What can be proved of each channel for **every** input of a box, in inference: it is dead, it is always active, it can
 * fire (an input is given), or neither is known.
 *
 * Interval bounds are propagated through the network, and widened at each operation by what float32 arithmetic may add
 * in any order of summation: the certificates hold for what the backend computes, as well as for exact arithmetic.
 * Bounds that are too wide say `unknown`; they never err. What they leave open is searched with random points and
 * gradient ascent, and each witness is confirmed by a forward pass. Where the backend can't differentiate the model,
 * random points are all there is.
 *
 * @param model borrowed; as before afterwards
 * @param options the box and how hard to search: `samples` random points (64), `ascentSteps` (32), `restarts` (2)
 * @returns plain data, with one entry for each layer whose activation acts on single numbers
 * @throws TypeError if `model` is no LayersModel
 * @throws RangeError for a box that isn't one, and for a layer that can't be bounded, by name
 *
 * @example
 * const { layers } = await certify(model, { min: 0, max: 1 });
 * console.log(layers[0].deadChannels);
 *
 * @see Gowal et al., On the Effectiveness of Interval Bound Propagation, https://arxiv.org/abs/1810.12715
 */
export async function certify(model: LayersModel, options: CertifyOptions): Promise<CertificateReport> {
  requireModel(model);
  requireObject(where, 'options', options);
  const { min, max, seed = 1, samples = 64, ascentSteps = 32, restarts = 2 } = options;
  for (const [argument, value] of Object.entries({ samples, ascentSteps, restarts }))
    requirePositiveInteger(where, argument, value, 0);
  const random = createRandom(seed);
  requireBounded(model);
  const box = await readBox(model, min, max);
  const weights = await readWeights(model);

  const records = new Map<string, LayerRecord>();
  walk<Interval>(model, box, (use, inputs) => [bound(use, inputs, weights, records)]);
  const search = new WitnessSearch(model, box, records, random.fork('search'));
  await search.run({ samples, ascentSteps, restarts });

  const layers = [...records.values()].map(toCertificate);
  const count = (verdict: CertificateVerdict): number =>
    layers.reduce((sum, layer) => sum + layer.verdicts.filter((v) => v === verdict).length, 0);
  return {
    schema: 'relumine.certificate/1',
    inputShapes: box.map(({ shape }) => [...shape]),
    layers,
    summary: {
      channels: layers.reduce((sum, { channels }) => sum + channels, 0),
      dead: count('dead'),
      alwaysActive: count('alwaysActive'),
      canFire: count('canFire'),
      unknown: count('unknown'),
    },
    witnesses: search.witnesses.map((point) => point.map((values) => Array.from(values))),
  };
}

function requireModel(model: unknown): asserts model is LayersModel {
  const like = model as { inputs?: unknown; outputs?: unknown; layers?: unknown } | null | undefined;
  if (Array.isArray(like?.inputs) && Array.isArray(like.outputs) && Array.isArray(like.layers)) return;
  const rule = 'must be a LayersModel that has been built';
  throw invalidArgument({ where, argument: 'model', rule, received: describe(model), type: TypeError });
}

/** Names every layer that can't be bounded, before any work is done. */
function requireBounded(model: LayersModel): void {
  const refused = new Set<string>();
  walk<number>(
    model,
    model.inputs.map(() => 0),
    ({ layer, node, path }) => {
      const reason = refusal(layer);
      if (reason) refused.add(`'${[...path, layer.name].join('/')}' (${reason})`);
      return node.outputTensors.map(() => 0);
    },
  );
  if (refused.size > 0) throw unbounded([...refused].join(', '));
}

const unbounded = (received: string): Error =>
  invalidArgument({ where, argument: 'model', rule: 'must be made of layers that can be bounded', received });

async function readWeights(model: LayersModel): Promise<Weights> {
  const values = new Map<number, Float32Array>();
  const variables = model.weights as unknown as Variable[];
  await Promise.all(
    variables.map(async (variable) => {
      values.set(variable.id, Float32Array.from(await variable.read().data()));
    }),
  );
  return (variable) => values.get(variable.id)!;
}

/** Bounds of a layer's output; on the way, those of z go into the records. */
function bound(use: Use, inputs: Interval[], weights: Weights, records: Map<string, LayerRecord>): Interval {
  const { layer, path } = use;
  const shapes = inputs.map(({ shape }) => [1, ...shape]);
  const shape = layer.computeOutputShape(shapes.length === 1 ? shapes[0]! : shapes).slice(1) as number[];
  const z = boundsOfZ(layer, inputs, shape, weights);
  if ('refused' in z) throw unbounded(`'${[...path, layer.name].join('/')}' (${z.refused})`);
  const ending = activationOf(layer, z.shape, weights);
  if (ending.kind === 'softmax' || ending.kind === 'logSoftmax') return softmaxed(z, ending.kind === 'logSoftmax');
  if (ending.kind !== 'elementwise') return z;
  addUse(records, use, z, ending);
  const h = blank(z.shape);
  for (let i = 0; i < h.lo.length; i++) [h.lo[i], h.hi[i]] = ending.at(i).range(z.lo[i]!, z.hi[i]!);
  return h;
}

function toCertificate(record: LayerRecord): LayerCertificate {
  const verdicts = record.verdicts.map((verdict) => verdict ?? 'unknown');
  const having = (wanted: CertificateVerdict): number[] => verdicts.flatMap((v, c) => (v === wanted ? [c] : []));
  return {
    name: record.name,
    source: record.source,
    path: record.path,
    activation: record.activation.name,
    channels: record.channels,
    verdicts,
    deadChannels: having('dead'),
    alwaysActiveChannels: having('alwaysActive'),
    canFireChannels: having('canFire'),
    unknownChannels: having('unknown'),
    lower: record.lower.map(encodeNumber),
    upper: record.upper.map(encodeNumber),
    witness: record.witness,
  };
}
