// A network that somebody else trained, audited: MobileNetV2 from the npm package nsfwjs, as LayersModel and as GraphModel.

import { mnist } from '@relumine/datasets';
import { mergeReports, referenceWarnings } from '@relumine/dead-neuron-metrics';
import { auditModel as auditGraph } from '@relumine/dead-neuron-metrics/graph';
import { auditModel, certify } from '@relumine/dead-neuron-metrics/layers';
import * as tf from '@tensorflow/tfjs-core';
import { deadLeaves, pretrainedGraphModel, pretrainedLayersModel } from '@tooling/pretrained';
import { percent, table } from './table.mjs';

// `pnpm --filter @relumine/docs results pretrained` takes minutes; more pictures make the verdicts surer, not other.
const [count, few, batchSize, tried] = [32, 8, 8, 16];
const size = 224;

function* pictures(number, make) {
  for (let from = 0; from < number; from += batchSize) yield make(from, Math.min(batchSize, number - from));
}
const leaves = (number, seed = 1) =>
  pictures(number, (from, n) => tf.tensor4d(deadLeaves(n, seed * 1000 + from), [n, size, size, 3]));
const noise = (number) =>
  pictures(number, (from, n) => tf.randomUniform([n, size, size, 3], 0, 1, 'float32', 7 + from));
async function digits(number) {
  const { images } = await mnist({ split: 'test', limit: number });
  return pictures(number, (from, n) =>
    tf.tidy(() => {
      const bytes = tf.tensor4d(Float32Array.from(images.subarray(from * 784, (from + n) * 784)), [n, 28, 28, 1]);
      return tf.image.resizeBilinear(tf.tile(tf.div(bytes, 255), [1, 1, 1, 3]), [size, size]);
    }),
  );
}
const tooBright = (number) =>
  pictures(number, (from, n) =>
    tf.tidy(() => tf.mul(tf.tensor4d(deadLeaves(n, 2000 + from), [n, size, size, 3]), 255)),
  );

/** The bounds of z over all channels of a layer. */
const range = ({ lower, upper }) =>
  [Math.min(...lower.map(Number)), Math.max(...upper.map(Number))].map(Math.round).join(', ');
const dead = ({ summary }) => `${summary.deadChannels} (${percent(summary.deadFraction)})`;
const curveOf = ({ curve }) =>
  table(
    ['pictures', 'channels that have not fired'],
    curve.map((p) => [p.samples, p.deadChannels]),
  );

export async function measure() {
  const model = await pretrainedLayersModel();
  const seen = await auditModel(model, leaves(count));
  const digit = await auditModel(model, await digits(few));
  const grain = await auditModel(model, noise(few));
  const all = [digit, grain].reduce(mergeReports, seen);
  const from = performance.now();
  // Gradient ascent for two thousand open channels would take an hour.
  const certificate = await certify(model, { min: 0, max: 1, samples: tried, ascentSteps: 0 });
  const seconds = Math.round((performance.now() - from) / 1000);
  const proved = certificate.layers.flatMap(({ name, deadChannels }) => deadChannels.map((c) => `${name} ${c}`));
  const fired = new Set(
    all.layers.flatMap(({ name, statistics }) => statistics.fired.flatMap((k, c) => (k > 0 ? [`${name} ${c}`] : []))),
  );
  const contradicted = proved.filter((one) => fired.has(one)).length;
  const wrong = await auditModel(model, tooBright(few), { reference: seen });
  const warnings = referenceWarnings(wrong, seen);
  model.dispose();
  const graph = await pretrainedGraphModel();
  const wide = await auditGraph(graph, leaves(few), { batchSize });
  graph.dispose();
  const layers = seen.layers
    .map((layer, i) => ({
      layer,
      all: all.layers[i],
      proof: certificate.layers.find(({ name }) => name === layer.name),
    }))
    .filter(({ layer, proof }) => layer.deadChannels.length > 0 || (proof?.deadChannels.length ?? 0) > 0);
  return {
    title: 'A pretrained network, audited',
    text: `
The network: MobileNetV2 as the npm package [nsfwjs](https://www.npmjs.com/package/nsfwjs) ships it (it moderates pictures; MIT). Nobody here trained it, and its training pictures are not to be had. So it is shown pictures of three kinds: ${count} of the *dead leaves* model (coloured discs that hide each other, which have the statistics of photographs), ${few} handwritten digits, and ${few} of plain noise.

## What was seen

${table(
  ['data', 'pictures', 'channels', 'never fired', 'a channel that never fired fires on at most (95 %)'],
  [
    ['dead leaves', seen],
    ['digits', digit],
    ['noise', grain],
    ['all of them, merged', all],
  ].map(([name, report]) => [
    name,
    report.samples,
    report.summary.channels,
    dead(report),
    percent(1 - 0.05 ** (1 / report.samples)),
  ]),
)}

Which channels are dead depends on the data. That is why every verdict says on how many samples it rests, and why reports merge.

${table(
  ['layer', 'channels', 'dead on leaves', 'dead on all', 'proved dead'],
  layers.map(({ layer, all: merged, proof }) => [
    layer.name,
    layer.channels,
    layer.deadChannels.length,
    merged.deadChannels.length,
    proof?.deadChannels.length ?? 0,
  ]),
)}

## The curve

${curveOf(seen)}

## What is proved

For every picture with values in [0, 1], by \`certify\` (${seconds} s). Of ${certificate.summary.channels} channels ${certificate.summary.dead} are proved dead, ${certificate.summary.alwaysActive} proved always active, and ${certificate.summary.canFire} can fire: one of ${tried} points of the box, most of them drawn at random, makes them. The other ${certificate.summary.unknown} (${percent(certificate.summary.unknown / certificate.summary.channels)}) are unknown: interval bounds hold at every layer, but they grow with depth, from [${range(certificate.layers[0])}] in the first layer to [${range(certificate.layers.at(-4))}] in \`${certificate.layers.at(-4).name}\`, and prove little there.

${table(
  [
    'layer',
    'channels',
    'proved dead',
    'proved always active',
    'can fire (a picture was found)',
    'unknown',
    'share unknown',
    'dead on all pictures shown',
  ],
  certificate.layers.map((one) => [
    one.name,
    one.channels,
    one.deadChannels.length,
    one.alwaysActiveChannels.length,
    one.canFireChannels.length,
    one.unknownChannels.length,
    percent(one.unknownChannels.length / one.channels),
    all.layers.find(({ name }) => name === one.name).deadChannels.length,
  ]),
)}

${contradicted === 0 ? 'No picture that was shown contradicts one of the proofs.' : `${contradicted} proofs were contradicted by pictures.`}

## When the data are wrong

The same pictures with values in [0, 255], against the first report:

${warnings.map((sentence) => `> ${sentence}`).join('\n>\n')}

## The same as a GraphModel

The package's wider MobileNetV2 is a graph with activations fused into its convolutions (18 × \`_FusedConv2D\`, 17 × \`FusedDepthwiseConv2dNative\`, each with Relu6). On ${wide.samples} pictures ${dead(wide)} of ${wide.summary.channels} channels never fired.

${curveOf(wide)}
`,
  };
}
