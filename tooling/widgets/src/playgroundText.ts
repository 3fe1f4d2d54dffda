import type { ChannelMark } from './protocol';
import type { ProblemKind } from './trainingState';

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What the playground of the documentation says. */
const english = {
  activation: 'Activation',
  learningRate: 'Learning rate',
  train: 'Train',
  pause: 'Pause',
  reset: 'Reset',
  revive: 'Revive',
  step: 'Step',
  starting: 'Starting WASM and loading 5,000 digits …',
  impossible: 'Training is not possible here.',
  runsOn: (threads: number): string => `SIMD WASM on ${threads === 1 ? 'one thread' : `${threads} threads`}.`,
  figures: (dead: number, samples: number, accuracy: number): string =>
    `${percent(dead)} of the channels are dead · accuracy on ${samples} test images ${percent(accuracy)}`,
  curves: 'Accuracy and share of dead channels over steps',
  layer: (layer: number, channels: number): string => `Layer ${layer}: ${channels} channels`,
  marks: { alive: 'alive', nearly: 'nearly dead', dead: 'dead', bornDead: 'born dead', revived: 'revived' } as Record<
    ChannelMark,
    string
  >,
  cell: (channel: number, mark: string, rate: number, samples: number): string =>
    `Channel ${channel}: ${mark}, fires on ${percent(rate)} of ${samples} images`,
  legend: 'Brighter cells fire on more images. A dark, crossed cell is dead: it fires on none.',
  problems: {
    blocked: 'The training worker could not start. Allow scripts and workers for this page, then reload.',
    noSimd: 'This browser has no WebAssembly SIMD, which training needs.',
    failed: 'Training stopped.',
    crashed: 'The worker stopped and was started again; training begins from step 0.',
    data: '',
    network: '',
  } as Record<ProblemKind, string>,
};

export type PlaygroundText = typeof english;

const chinese: PlaygroundText = {
  activation: '激活函数',
  learningRate: '学习率',
  train: '训练',
  pause: '暂停',
  reset: '重置',
  revive: '复活',
  step: '步数',
  starting: '正在启动 WASM，载入 5,000 张手写数字……',
  impossible: '这里无法训练。',
  runsOn: (threads) => `SIMD WASM，${threads === 1 ? '单线程' : `${threads} 个线程`}。`,
  figures: (dead, samples, accuracy) =>
    `${percent(dead)} 的通道已死 · 在 ${samples} 张测试图像上的准确率 ${percent(accuracy)}`,
  curves: '准确率和死通道比例随步数的变化',
  layer: (layer, channels) => `第 ${layer} 层：${channels} 个通道`,
  marks: { alive: '存活', nearly: '濒死', dead: '已死', bornDead: '生来即死', revived: '已复活' },
  cell: (channel, mark, rate, samples) => `通道 ${channel}：${mark}，在 ${samples} 张图像中的 ${percent(rate)} 上激活`,
  legend: '越亮的方格在越多的图像上激活。深色打叉的方格是死的：它在任何图像上都不激活。',
  problems: {
    blocked: '训练线程无法启动。请允许本页运行脚本和 Worker，然后重新载入。',
    noSimd: '此浏览器不支持训练所需的 WebAssembly SIMD。',
    failed: '训练已停止。',
    crashed: '训练线程停止了，现已重新启动，训练从第 0 步开始。',
    data: '',
    network: '',
  },
};

export const playgroundText = (language: string): PlaygroundText => (language.startsWith('zh') ? chinese : english);
