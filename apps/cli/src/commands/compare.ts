import type { ActivationName } from '@relumine/core';
import type { CompareEvent } from '@relumine/lab';
import type { Command } from 'commander';
import { requireWritable, writeJson } from '../jsonFile';
import { activationList, list, oneOf, positiveNumber, wholeNumber } from '../options';
import { progressBar } from '../progressBar';
import { type Terminal, wantsColors } from '../terminal';

const where = 'cli/compare';

interface CompareCommandOptions {
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
Trains the same small CNN (conv 3×3×32, conv 3×3×64, dense) once per seed and activation on MNIST, on WASM, and
counts the channels that fire on no test image. The learning rate is ten times the usual by default, on purpose:
at 0.001 a network this small keeps its channels, and there is little to compare.

Examples:
  $ relumine compare
  $ relumine compare --activations relu,elu,silu --seeds 1,2,3 --json out.json
  $ relumine compare --learning-rate 0.001 --train-size 60000 --epochs 1 --activations relu
  $ relumine compare --normalization batch`;

/** Adds `relumine compare`. */
export function addCompare(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .description('train the same CNN once per activation and count the channels that die')
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
      'training images, up to 60000 (default: 6000)',
      wholeNumber(where, '--train-size', 1, 60_000),
    )
    .option('--test-size <n>', 'test images, up to 10000 (default: 2000)', wholeNumber(where, '--test-size', 1, 10_000))
    .option(
      '--probe-size <n>',
      'test images that firing is measured on (default: 500)',
      wholeNumber(where, '--probe-size', 1, 10_000),
    )
    .option('--batch-size <n>', 'images per step (default: 32)', wholeNumber(where, '--batch-size'))
    .option('--learning-rate <rate>', 'of Adam (default: 0.01)', positiveNumber(where, '--learning-rate'))
    .option('--seeds <list>', 'comma-separated whole numbers (default: 1)', list(wholeNumber(where, '--seeds', 0)))
    .option('--json <file>', 'also write the results to this file')
    .addHelpText('after', help)
    .action(async ({ json, ...plan }: CompareCommandOptions) => {
      if (json !== undefined) await requireWritable(where, '--json', json);
      const { compare, formatRuns } = await import('@relumine/lab');
      const result = await compare(plan, { onEvent: reporter(terminal) });
      terminal.stdout.write(`\n${formatRuns(result, { colors: wantsColors(terminal) })}\n`);
      if (json === undefined) return;
      await writeJson(json, result);
      terminal.stdout.write(`Written to ${json}\n`);
    });
}

/** Says what happens: a bar while an epoch runs, a line when it is over. */
function reporter({ stdout, stderr }: Terminal): (event: CompareEvent) => void {
  const bar = progressBar(stderr);
  let label = '';
  return (event) => {
    switch (event.type) {
      case 'start': {
        const { plan, backend, runs } = event;
        const simd = backend.simd ? ', SIMD' : '';
        stdout.write(
          `${runs} runs of ${plan.epochs} epochs on ${plan.trainSize} MNIST images: simpleCnn, batches of ${plan.batchSize}, Adam, learning rate ${plan.learningRate}, normalization ${plan.normalization}; WASM (${backend.kernels} kernels${simd}).\n`,
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
