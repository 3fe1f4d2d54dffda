import type {
  ActResult,
  ChannelMark,
  DataName,
  ProblemKind,
  RevivalStrategy,
  RunEvent,
  SceneName,
} from '@tooling/widgets';
import { grouped } from '../grouped';

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;

const marks: Record<ChannelMark, string> = {
  alive: 'alive',
  nearly: 'nearly dead',
  dead: 'dead',
  bornDead: 'born dead',
  revived: 'revived',
};

const strategies: Record<RevivalStrategy, string> = {
  recycle: 'Recycle',
  reinitialize: 'Reinitialise',
  bias: 'Shift the bias',
};

/** The training page. */
export const train = {
  /** Tells screen readers their voice, and browsers their glyphs. */
  tag: 'en',
  lead: 'Networks learn side by side in this page. Each square is a channel: bright ones fire often, a dark one with a cross is dead: it fires for no image, so it learns nothing any more.',
  scenesTitle: 'Scenes',
  ownScene: 'Your own experiment: everything below is yours to change, and the address keeps it.',
  scenes: {
    rate: {
      title: 'The learning rate that kills',
      story:
        'Two equal ReLU networks: A learns at 0.003, B at 0.03. Within twenty steps more than half of B’s channels are dead, and none of A’s.',
    },
    bornDead: {
      title: 'Born dead',
      story:
        'A is ten layers of four ReLUs, and dead before its first step: one layer that fires for nothing blocks all behind it. The same network with leaky ReLU (B), or with sixteen ReLUs a layer (C), learns.',
    },
    leakyAfter: {
      title: 'Leaky after ReLU changes nothing',
      story:
        'In B a leaky ReLU follows each ReLU: A and B stay equal to the last digit, since a ReLU hands on no negative number to leak. Only in its place (C) does it keep channels alive.',
    },
    spectral: {
      title: 'Spectral norm is no cure',
      story:
        'Both start with biases of −0.3; B divides its kernels by their norm. Dividing by a positive number turns no sign: smaller kernels lose against the same bias, and B is born with three quarters of its channels dead.',
    },
    recycled: {
      title: 'Recycled',
      story:
        'At step 60 both networks slow down to a rate of 0.001, and B’s dead channels get new incoming weights and zero outgoing ones. B computes what it did, and all its squares light up; A’s stay dark.',
    },
  } as Record<SceneName, { title: string; story: string }>,

  train: 'Train',
  goOn: 'Train on',
  pause: 'Pause',
  stepOnce: 'Step',
  reset: 'Reset',
  step: 'Step',
  stepsPerSecond: (n: number) => `${n.toFixed(n < 10 ? 1 : 0)} steps/s`,
  controls: 'Training',
  starting: 'Starting WASM …',
  loading: 'Loading the data …',
  runsOn: (threads: number, isolated: boolean): string =>
    threads > 1
      ? `SIMD WASM on ${threads} threads`
      : isolated
        ? 'SIMD WASM on one thread'
        : 'SIMD WASM on one thread: this page could not be isolated, which more threads need',
  threads: 'Threads',
  threadsHint: 'One core is left for the page, so that it stays smooth. Another choice starts over.',
  impossible: 'Training is not possible here.',
  restart: 'Start again',
  problems: {
    blocked:
      'The training worker could not start. Allow scripts and workers for this page (a blocker or a strict policy may stop them), then reload.',
    noSimd:
      'This browser has no WebAssembly SIMD, which training needs. Use Chrome 91, Firefox 89, Safari 16.4 or newer, or turn WebAssembly on.',
    failed: 'Training stopped with an error.',
    crashed: 'The worker crashed. It was started again, and training begins from step 0.',
    data: '',
    network: 'This network can’t be built.',
  } as Record<ProblemKind, string>,

  data: 'Data',
  dataNames: {
    digits: 'Digits (MNIST)',
    fashion: 'Clothes (Fashion-MNIST)',
    circles: 'Circles in the plane',
    spirals: 'Spirals in the plane',
    own: 'Your own images',
  } as Record<DataName, string>,
  dataSize: (train: number, watched: number) => `${train} to train on; ${watched} others are watched`,
  chooseImages: 'Choose pictures',
  chooseFolder: 'Choose a folder',
  imagesHint:
    'At least 8 pictures of two classes: a folder for each class, or names such as cat-1.png and dog-1.png. They stay in this page.',
  samples: (names: string) => `Examples of ${names}`,
  seed: 'Seed',
  newSeed: 'Draw another seed',

  networks: 'Networks',
  network: (letter: string) => `Network ${letter}`,
  add: 'Add a network',
  remove: (letter: string) => `Remove network ${letter}`,
  settings: 'Settings',
  fields: {
    activation: 'Activation',
    learningRate: 'Learning rate',
    optimizer: 'Optimiser',
    normalization: 'Normalisation',
    initializer: 'Initialiser',
    bias: 'First bias',
    kind: 'Layers',
    depth: 'Depth',
    width: 'Width',
    after: 'Then',
  },
  kinds: { conv: 'convolutions', dense: 'dense' },
  optimizers: { adam: 'Adam', adamw: 'AdamW', momentum: 'Momentum', sgd: 'SGD' },
  normalizations: { none: 'none', batch: 'batch norm', spectral: 'spectral norm' },
  nothing: 'nothing',
  parameters: (n: number) => `${grouped(n)} weights`,
  deadLabel: 'Dead channels',
  accuracyLabel: 'Accuracy',
  lossLabel: 'Loss',
  diverged: 'The loss is no longer a number. Press Reset and choose a smaller learning rate.',
  surface: (letter: string) => `What network ${letter} says of each point of the plane`,

  layer: (number: number, channels: number, dead: number) =>
    `Layer ${number} · ${count(channels, 'channel', 'channels')}${dead > 0 ? `, ${dead} dead` : ''}`,
  marks: marks as Record<ChannelMark, string>,
  certified: 'certified',
  cell: (channel: number, mark: ChannelMark, rate: number, samples: number, certified: boolean) =>
    `Channel ${channel}: ${marks[mark]}, fires on ${percent(rate)} of ${samples}${certified ? ', proved dead for every image' : ''}`,
  legend: 'What the squares say',
  firing: 'fires rarely … always',

  channel: (layer: number, channel: number) => `Layer ${layer}, channel ${channel}`,
  channelHint: 'Point at a square, or move to it with the arrow keys, to see its kernel and what excites it most.',
  kernel: 'Kernel',
  topImages: 'Excited most by',
  maxZ: (z: string) => `largest z ${z}`,
  bound: (rate: number, bound: number, samples: number): string =>
    rate === 0
      ? `Never fired on ${samples}: its true rate is below ${percent(bound)} (95 % sure).`
      : `Fires on ${percent(rate)} of ${samples}.`,
  bias: (value: string) => `bias ${value}`,
  functionPlot: (name: string, above: number) =>
    `${name}: f (solid) and its slope f′ (dashed); the area is where z lies now, ${percent(above)} of it at 0 or above`,
  functionTitle: 'f, its slope f′, and where z lies',
  allLayers: 'all layers',

  acts: 'Act on it',
  strategy: 'Way to revive',
  strategies: strategies as Record<RevivalStrategy, string>,
  revive: 'Revive',
  swapTo: 'Another activation',
  swap: 'Swap',
  prune: 'Remove dead channels',
  quantize: 'Preview int8',
  certify: 'Certify',
  actHints: {
    revive: 'brings dead channels back',
    prune: 'same outputs, fewer weights',
    quantize: 'what 8-bit weights would kill',
    certify: 'proves channels dead for every image there could be',
  },
  result: (result: ActResult): string => {
    switch (result.type) {
      case 'learningRate':
        return `The learning rate is ${result.value} from here on.`;
      case 'revive':
        if (result.channels === 0)
          return result.skipped[0] ?? 'No channel is dead on the watched samples: there is nothing to revive.';
        if (result.strategy === 'recycle')
          return `${count(result.channels, 'channel was', 'channels were')} recycled: new incoming weights, outgoing ones 0. The network computes what it did, and they can learn again.`;
        if (result.strategy === 'reinitialize')
          return `${count(result.channels, 'channel has', 'channels have')} new incoming weights. What the network computes has changed.`;
        return `The bias of ${count(result.channels, 'channel was', 'channels was')} set so that it fires on half of the samples.`;
      case 'swap':
        return `The activation is ${result.activation} now; weights were kept, the optimiser starts anew.`;
      case 'prune':
        if (result.removed === 0)
          return result.kept > 0
            ? `${count(result.kept, 'constant channel has', 'constant channels have')} to stay: padding makes them matter at the edges.`
            : 'No channel is constant: there is nothing to remove.';
        return `${count(result.removed, 'channel is', 'channels are')} gone: ${kilobytes(4 * result.parameters.before)} → ${kilobytes(4 * result.parameters.after)}, forward pass ${result.milliseconds.before.toFixed(1)} → ${result.milliseconds.after.toFixed(1)} ms; outputs differ by ${result.maxDifference.toExponential(0)} at most.`;
      case 'quantize':
        return `With int${result.bits} weights: ${kilobytes(result.bytes.before)} → ${kilobytes(result.bytes.after)}, accuracy ${percent(result.accuracy.before)} → ${percent(result.accuracy.after)}, ${result.died === 0 ? 'no channel dies' : `${count(result.died, 'channel dies', 'channels die')}, ${result.saved} of them saved by one scale per channel`}.`;
      case 'certify':
        return `Proved for every input in range: ${result.dead} dead, ${result.alwaysActive} always active, ${result.canFire} can fire; ${result.unknown} unknown (${Math.round(result.milliseconds)} ms).`;
    }
  },
  refused: (reason: string) => `That can’t be done: ${reason}`,

  curves: 'Curves',
  curveLoss: 'Loss',
  curveAccuracy: 'Accuracy on the training batches',
  curveDead: 'Dead channels',
  overSteps: (label: string, latest: string) => `${label} over steps; now ${latest}`,
  timeline: 'When channels died, and why',
  timelineLabel: 'Births, deaths and revivals of channels over steps',
  timelineNote: 'Seen on the training batches, every fourth step. A vertical line is something you or the scene did.',
  happened: (letter: string, { bornDead, died, revived }: Record<RunEvent['kind'], number>, why: string) =>
    `${letter}: ${bornDead} born dead, ${count(died, 'death', 'deaths')}${why && ` (${why})`}, ${count(revived, 'revival', 'revivals')}`,
  causes: {
    'zero-kernel': 'zero kernel',
    'upstream-death': 'all before it dead',
    'learning-rate-spike': 'learning-rate spike',
    'batch-norm-shift': 'batch-norm shift',
    'bias-drift': 'bias drift',
    'input-shift': 'its input shifted',
    'kernel-change': 'its kernel changed',
  } as Record<string, string>,
  histograms: 'How z moves',
  histogramsNote:
    'One column per look; stronger where more of z lies. Where a whole layer sinks below the line z = 0, its ReLUs die.',
  histogram: (letter: string, layer: number, from: number, to: number, above: number) =>
    `Network ${letter}, layer ${layer}: z over steps ${from} to ${to}; at last ${percent(above)} of it at 0 or above`,
  credit: 'Digits: MNIST (LeCun, Cortes, Burges). Clothes: Fashion-MNIST © 2017 Zalando SE, MIT licence.',
};

export type TrainMessages = typeof train;
