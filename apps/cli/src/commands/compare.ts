import { resolve } from 'node:path';
import type { ActivationName } from '@relumine/core';
import { requireFinite } from '@relumine/core/checks';
import type { CompareEvent, DatasetChoice } from '@relumine/lab';
import type { Command } from 'commander';
import { requireWritable, writeJson } from '../jsonFile';
import { activationList, leftOut, list, oneOf, positiveNumber, wholeNumber } from '../options';
import { progressBar } from '../progressBar';
import { type Terminal, wantsColors } from '../terminal';

const where = 'cli/compare';

interface CompareCommandOptions {
  data?: string;
  dataRoot?: string;
  activations?: ActivationName[];
  normalization?: 'none' | 'batch' | 'spectral';
  epochs?: number;
  trainSize?: number;
  testSize?: number;
  probeSize?: number;
  batchSize?: number;
  learningRate?: number;
  seeds?: number[];
  json?: string;
}

const help = `
Trains the same small CNN (conv 3×3×32, conv 3×3×64, dense) once per seed and activation on MNIST, or on images of
yours, on WASM, and counts the channels that fire on no test image. The learning rate is ten times the usual by default,
on purpose: at 0.001 a network this small keeps its channels, and there is little to compare.

Examples:
  $ relumine compare
  $ relumine compare --activations relu,elu,silu --seeds 1,2,3 --json out.json
  $ relumine compare --learning-rate 0.001 --train-size 60000 --epochs 1 --activations relu
  $ relumine compare --normalization batch
  $ relumine compare --data photos --train-size 500
  $ relumine compare --data '{ kind: imageFolder, path: photos, size: [32, 32], onCorrupt: skip }'
  $ relumine compare --data '{ kind: arrays, path: ., images: x.npy, labels: y.npy, testImages: tx.npy, testLabels: ty.npy }'`;

/** Adds `relumine compare`. */
export function addCompare(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .description('train the same CNN once per activation and count the channels that die')
    .option(
      '--data <source>',
      "mnist, a folder with a sub-folder of pictures for each class, Fashion-MNIST's folder, a module, or a plan's { kind: …, path: … } (default: mnist)",
    )
    .option('--data-root <folder>', 'where the path in { kind: …, path: … } begins; nothing outside is read', '.')
    .option(
      '--activations <names>',
      'comma-separated (default: relu,leakyRelu,prelu,elu)',
      activationList(where, '--activations'),
    )
    .option(
      '--normalization <kind>',
      'none, batch or spectral (default: none)',
      oneOf(where, '--normalization', ['none', 'batch', 'spectral'] as const),
    )
    .option('--epochs <n>', 'passes over the training images (default: 3)', wholeNumber(where, '--epochs'))
    .option(
      '--train-size <n>',
      'training images, of MNIST up to 60000 (default: 6000)',
      wholeNumber(where, '--train-size'),
    )
    .option('--test-size <n>', 'test images, of MNIST up to 10000 (default: 2000)', wholeNumber(where, '--test-size'))
    .option(
      '--probe-size <n>',
      'test images that firing is measured on (default: 500, or all where there are fewer)',
      wholeNumber(where, '--probe-size'),
    )
    .option('--batch-size <n>', 'images per step (default: 32)', wholeNumber(where, '--batch-size'))
    .option('--learning-rate <rate>', 'of Adam (default: 0.01)', positiveNumber(where, '--learning-rate'))
    .option('--seeds <list>', 'comma-separated whole numbers (default: 1)', list(wholeNumber(where, '--seeds', 0)))
    .option('--json <file>', 'also write the results to this file')
    .addHelpText('after', help)
    .action(async ({ json, data = 'mnist', dataRoot = '.', ...given }: CompareCommandOptions) => {
      if (json !== undefined) await requireWritable(where, '--json', json);
      if (data === 'mnist') requireMnistSizes(given);
      const { compare, datasetFromText, formatRuns } = await import('@relumine/lab');
      const { dataset, root } = await datasetFromText(data, '--data', resolve(dataRoot));
      const result = await compare(
        { ...given, dataset },
        {
          root,
          onEvent: reporter(terminal),
          onSkip: leftOut(terminal),
        },
      );
      terminal.stdout.write(`\n${formatRuns(result, { colors: wantsColors(terminal) })}\n`);
      if (json === undefined) return;
      await writeJson(json, result);
      terminal.stdout.write(`Written to ${json}\n`);
    });
}

/** More than MNIST has is a mistake that is told before anything is loaded. */
function requireMnistSizes({ trainSize, testSize, probeSize }: CompareCommandOptions): void {
  for (const [option, size, max] of [
    ['--train-size', trainSize, 60_000],
    ['--test-size', testSize, 10_000],
    ['--probe-size', probeSize, 10_000],
  ] as const)
    if (size !== undefined) requireFinite(where, option, size, { max });
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** What people call their images: by where they lie. */
const nameOf = (dataset: DatasetChoice): string =>
  typeof dataset === 'object' && 'path' in dataset ? dataset.path : 'MNIST';

/** Says what happens: a bar while an epoch runs, a line when it is over. */
function reporter({ stdout, stderr }: Terminal): (event: CompareEvent) => void {
  const bar = progressBar(stderr);
  let label = '';
  return (event) => {
    switch (event.type) {
      case 'start': {
        const { plan, backend, runs, data } = event;
        const images =
          plan.dataset === 'mnist'
            ? `${plan.trainSize} MNIST images`
            : `${data.train} images of ${nameOf(plan.dataset)} (${data.shape.join(' × ')}, ${data.classes} classes; ${data.test} for the test)`;
        const simd = backend.simd ? ', SIMD' : '';
        stdout.write(
          `${count(runs, 'run')} of ${count(plan.epochs, 'epoch')} on ${images}: simpleCnn, batches of ${plan.batchSize}, Adam, learning rate ${plan.learningRate}, normalization ${plan.normalization}; WASM (${backend.kernels} kernels${simd}).\n`,
        );
        if (plan.learningRate >= 0.005)
          stdout.write(
            `A learning rate of ${plan.learningRate} is high, so that channels die; 0.001 is the usual one.\n`,
          );
        break;
      }
      case 'run':
        label = `${event.activation}, seed ${event.seed}`;
        break;
      case 'step':
        bar.update(
          event.step,
          event.steps,
          `${label}, epoch ${event.epoch}/${event.epochs}`,
          `loss ${event.loss.toFixed(4)}`,
        );
        break;
      case 'epoch': {
        bar.clear();
        const { epoch, layers, trainLoss, testAccuracy, seconds } = event.outcome;
        const dead = layers.reduce((sum, { deadChannels }) => sum + deadChannels, 0);
        const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
        const loss = typeof trainLoss === 'number' ? trainLoss.toFixed(4) : trainLoss;
        stdout.write(
          `${label}, epoch ${epoch}/${event.epochs}: ${dead} of ${channels} channels dead, loss ${loss}, test accuracy ${(100 * testAccuracy).toFixed(2)} %, ${seconds.toFixed(1)} s\n`,
        );
        break;
      }
      case 'done':
        if (event.outcome.stopped) stdout.write(`${label}: stopped, because ${event.outcome.stopped}\n`);
    }
  };
}
