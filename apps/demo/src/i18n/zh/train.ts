import type { ActResult, ChannelMark } from '@tooling/widgets';
import type { TrainMessages } from '../en/train';
import { grouped } from '../grouped';

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;

const marks: Record<ChannelMark, string> = {
  alive: '存活',
  nearly: '濒死',
  dead: '已死',
  bornDead: '生来即死',
  revived: '已复活',
};

export const train: TrainMessages = {
  tag: 'zh-CN',
  lead: '几个网络在本页里并排学习。每个方格是一个通道：越亮越常激活；打叉的深色格已经死亡，对任何图像都不激活，因此也不再学习。',
  scenesTitle: '场景',
  ownScene: '你自己的实验：下面的一切都可以改，网址会记住你的选择。',
  scenes: {
    rate: {
      title: '致命的学习率',
      story:
        '两个相同的 ReLU 网络：A 的学习率是 0.003，B 是 0.03。不到二十步，B 的通道就死了一半以上，而 A 一个也没死。',
    },
    bornDead: {
      title: '生来即死',
      story:
        'A 有十层，每层四个 ReLU，还没迈出第一步就已经死了：只要有一层完全不激活，后面的就全被堵住。换成带泄漏的 ReLU（B），或者每层十六个 ReLU（C），同样的网络就能学会。',
    },
    leakyAfter: {
      title: 'ReLU 之后再加泄漏等于没加',
      story:
        'B 在每个 ReLU 后面又接了一个带泄漏的 ReLU：A 与 B 连最后一位数字都相同，因为 ReLU 不会传下任何负数。只有用它取代 ReLU（C），通道才不会死。',
    },
    spectral: {
      title: '谱归一化治不好',
      story:
        '两个网络的偏置都从 −0.3 开始；B 把卷积核除以自身的范数。除以正数不会改变符号：核变小了，偏置却没变，于是 B 一出生就有四分之三的通道是死的。',
    },
    recycled: {
      title: '回收再生',
      story:
        '到第 60 步，两个网络的学习率都降到 0.001，同时 B 的死通道得到新的输入权重，输出权重归零。B 的输出不变，方格却全亮了；A 的依旧是黑的。',
    },
  },

  train: '训练',
  goOn: '训练（继续）',
  pause: '暂停',
  stepOnce: '单步',
  reset: '重来',
  step: '步数',
  stepsPerSecond: (n: number) => `每秒 ${n.toFixed(n < 10 ? 1 : 0)} 步`,
  controls: '训练控制',
  starting: '正在启动 WASM……',
  loading: '正在载入数据……',
  runsOn: (threads: number, isolated: boolean) =>
    threads > 1
      ? `SIMD WASM，${threads} 个线程`
      : isolated
        ? 'SIMD WASM，单线程'
        : 'SIMD WASM，单线程：本页未能隔离，而多线程需要隔离',
  threads: '线程数',
  threadsHint: '默认留一个核心给页面，让它保持流畅。更改后训练会重新开始。',
  impossible: '这里无法训练。',
  restart: '重新启动',
  problems: {
    blocked: '训练线程无法启动。请允许本页运行脚本和 Worker（可能被拦截插件或严格的策略阻止），然后重新载入。',
    noSimd:
      '此浏览器不支持训练所需的 WebAssembly SIMD。请使用 Chrome 91、Firefox 89、Safari 16.4 或更新的版本，或打开 WebAssembly。',
    failed: '训练出错，已停止。',
    crashed: '训练线程崩溃了，现已重新启动，训练从第 0 步开始。',
    data: '',
    network: '无法搭建这个网络。',
  },

  data: '数据',
  dataNames: {
    digits: '手写数字（MNIST）',
    fashion: '服饰（Fashion-MNIST）',
    circles: '平面上的圆环',
    spirals: '平面上的螺线',
    own: '你自己的图片',
  },
  dataSize: (trained: number, watched: number) => `${trained} 个用于训练，另观察 ${watched} 个`,
  chooseImages: '选择图片',
  chooseFolder: '选择文件夹',
  imagesHint: '至少 8 张、两类图片：每类一个文件夹，或用 cat-1.png、dog-1.png 这样的文件名。图片不会离开本页。',
  samples: (names: string) => `示例：${names}`,
  seed: '随机种子',
  newSeed: '换一个种子',

  networks: '网络',
  network: (letter: string) => `网络 ${letter}`,
  add: '添加网络',
  remove: (letter: string) => `移除网络 ${letter}`,
  settings: '设置',
  fields: {
    activation: '激活函数',
    learningRate: '学习率',
    optimizer: '优化器',
    normalization: '归一化',
    initializer: '初始化',
    bias: '初始偏置',
    kind: '层的类型',
    depth: '深度',
    width: '宽度',
    after: '其后',
  },
  kinds: { conv: '卷积', dense: '全连接' },
  optimizers: { adam: 'Adam', adamw: 'AdamW', momentum: '动量', sgd: 'SGD' },
  normalizations: { none: '无', batch: '批归一化', spectral: '谱归一化' },
  nothing: '无',
  parameters: (n: number) => `${grouped(n)} 个权重`,
  deadLabel: '死通道',
  accuracyLabel: '准确率',
  lossLabel: '损失',
  diverged: '损失已不是数字。请按“重来”，并选更小的学习率。',
  surface: (letter: string) => `网络 ${letter} 对平面上每一点的判断`,

  layer: (number: number, channels: number, dead: number) =>
    `第 ${number} 层 · ${channels} 个通道${dead > 0 ? `，死 ${dead} 个` : ''}`,
  marks,
  certified: '已证明',
  cell: (channel: number, mark: ChannelMark, rate: number, samples: number, certified: boolean) =>
    `通道 ${channel}：${marks[mark]}，在 ${samples} 个样本中的 ${percent(rate)} 上激活${certified ? '，已证明对任何图像都不激活' : ''}`,
  legend: '方格的含义',
  firing: '很少激活……总是激活',

  channel: (layer: number, channel: number) => `第 ${layer} 层，通道 ${channel}`,
  channelHint: '把鼠标指向一个方格，或用方向键移到它上面，即可看到它的卷积核和最能激活它的图像。',
  kernel: '卷积核',
  topImages: '最能激活它的',
  maxZ: (z: string) => `z 的最大值 ${z}`,
  bound: (rate: number, bound: number, samples: number) =>
    rate === 0
      ? `在 ${samples} 个样本上从未激活：真实激活率低于 ${percent(bound)}（95% 把握）。`
      : `在 ${samples} 个样本中的 ${percent(rate)} 上激活。`,
  bias: (value: string) => `偏置 ${value}`,
  functionPlot: (name, above) =>
    `${name}：f（实线）与斜率 f′（虚线）；阴影是 z 当前的分布，其中 ${percent(above)} 不小于 0`,
  functionTitle: 'f、斜率 f′，以及 z 的分布',
  allLayers: '所有层',

  acts: '动手',
  strategy: '复活方式',
  strategies: { recycle: '回收', reinitialize: '重新初始化', bias: '移动偏置' },
  revive: '复活',
  swapTo: '换成的激活函数',
  swap: '更换',
  prune: '移除死通道',
  quantize: '预览 int8',
  certify: '证明',
  actHints: {
    revive: '让死通道活过来',
    prune: '输出不变，权重更少',
    quantize: '看 8 位权重会杀死什么',
    certify: '证明通道对任何可能的图像都是死的',
  },
  result: (result: ActResult): string => {
    switch (result.type) {
      case 'learningRate':
        return `从现在起学习率为 ${result.value}。`;
      case 'revive':
        if (result.channels === 0) return result.skipped[0] ?? '在观察的样本上没有死通道，无需复活。';
        if (result.strategy === 'recycle')
          return `回收了 ${result.channels} 个通道：输入权重换新，输出权重归零。网络的输出不变，它们又能学习了。`;
        if (result.strategy === 'reinitialize')
          return `${result.channels} 个通道换上了新的输入权重，网络的输出也随之改变。`;
        return `调整了 ${result.channels} 个通道的偏置，使它们在一半的样本上激活。`;
      case 'swap':
        return `激活函数现在是 ${result.activation}；权重保留，优化器重新开始。`;
      case 'prune':
        if (result.removed === 0)
          return result.kept > 0
            ? `${result.kept} 个恒定的通道必须留下：填充使它们在边缘仍有作用。`
            : '没有恒定的通道，无可移除。';
        return `移除了 ${result.removed} 个通道：${kilobytes(4 * result.parameters.before)} → ${kilobytes(4 * result.parameters.after)}，前向计算 ${result.milliseconds.before.toFixed(1)} → ${result.milliseconds.after.toFixed(1)} 毫秒；输出最多相差 ${result.maxDifference.toExponential(0)}。`;
      case 'quantize':
        return `用 int${result.bits} 权重：${kilobytes(result.bytes.before)} → ${kilobytes(result.bytes.after)}，准确率 ${percent(result.accuracy.before)} → ${percent(result.accuracy.after)}，${result.died === 0 ? '没有通道死亡' : `${result.died} 个通道死亡，其中 ${result.saved} 个可用逐通道尺度救回`}。`;
      case 'certify':
        return `对取值范围内的任何输入都成立：${result.dead} 个死，${result.alwaysActive} 个始终激活，${result.canFire} 个能激活；${result.unknown} 个未知（${Math.round(result.milliseconds)} 毫秒）。`;
    }
  },
  refused: (reason: string) => `做不到：${reason}`,

  curves: '曲线',
  curveLoss: '损失',
  curveAccuracy: '训练批次上的准确率',
  curveDead: '死通道',
  overSteps: (label, latest) => `${label}随步数的变化；目前 ${latest}`,
  timeline: '通道何时死亡，为何死亡',
  timelineLabel: '通道的诞生、死亡与复活随步数的变化',
  timelineNote: '每四步在训练批次上观察一次。竖线表示你或场景做了一次操作。',
  happened: (letter, { bornDead, died, revived }, why) =>
    `${letter}：生来即死 ${bornDead}，死亡 ${died}${why && `（${why}）`}，复活 ${revived}`,
  causes: {
    'zero-kernel': '核为零',
    'upstream-death': '前一层全死',
    'learning-rate-spike': '学习率突增',
    'batch-norm-shift': '批归一化偏移',
    'bias-drift': '偏置漂移',
    'input-shift': '输入偏移',
    'kernel-change': '核改变',
  },
  histograms: 'z 如何移动',
  histogramsNote: '每次观察一列，颜色越浓表示 z 越集中。整层沉到 z = 0 以下时，它的 ReLU 就死了。',
  histogram: (letter, layer, from, to, above) =>
    `网络 ${letter}，第 ${layer} 层：z 从第 ${from} 步到第 ${to} 步的变化；最近 ${percent(above)} 不小于 0`,
  credit: '数字：MNIST（LeCun、Cortes、Burges）。服饰：Fashion-MNIST © 2017 Zalando SE，MIT 许可证。',
};
