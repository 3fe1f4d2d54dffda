import type { AuditMessages } from '../en/audit';

const number = (n: number): string => new Intl.NumberFormat('zh-CN').format(n);
const megabytes = (bytes: number): string =>
  `${new Intl.NumberFormat('zh-CN', { maximumSignificantDigits: 3 }).format(bytes / 1_048_576)} MB`;
const percent = (share: number): string =>
  new Intl.NumberFormat('zh-CN', { style: 'percent', maximumSignificantDigits: 3 }).format(share);
/** Rounded up: rounded down a bound would claim more than is known. */
const upTo = (share: number): string =>
  new Intl.NumberFormat('zh-CN', { style: 'percent', maximumSignificantDigits: 3, roundingMode: 'ceil' }).format(share);

const problems: AuditMessages['problems'] = {
  tooManyFiles: ({ limit }) => `文件超过 ${number(limit)} 个。请拖入模型文件夹，并减少图片。`,
  noModel: ({ names }) => `这里没有 model.json${names ? `（只有 ${names}）` : ''}。请把它和权重文件一起拖进来。`,
  severalModels: ({ names }) => `这里有多个模型：${names}。请一次只拖入一个。`,
  kerasFile: ({ name }) =>
    `${name} 不是 TensorFlow.js 的格式。请先转换：tensorflowjs_converter 会生成 model.json 和权重。`,
  jsonTooLarge: ({ name, bytes, limit }) =>
    `${name} 有 ${megabytes(bytes)}；本页最多接受 ${megabytes(limit)} 的模型描述。`,
  jsonTooDeep: ({ name, limit }) => `${name} 的括号嵌套超过 ${limit} 层：这不是模型描述。`,
  notJson: ({ name }) => `${name} 不是 JSON，可能不完整：请重新获取。`,
  notAModel: ({ name }) => `${name} 不是 TensorFlow.js 模型：它需要 modelTopology 和 weightsManifest。`,
  badManifest: ({ detail }) => `模型描述里的权重清单在 ${detail} 处有误。`,
  pathOutside: ({ path }) => `模型要打开自己文件夹之外的权重文件（${path}）。本页不会打开它。`,
  missingWeights: ({ names }) => `缺少权重文件：${names}。请和 model.json 一起拖进来。`,
  weightsSize: ({ expected, received }) =>
    `权重文件共 ${number(received)} 字节，而模型描述需要 ${number(expected)} 字节。它们属于另一个模型，或者不完整。`,
  weightsTooLarge: ({ bytes, limit }) => `权重有 ${megabytes(bytes)}；本页最多容纳 ${megabytes(limit)}。`,
  weightsBeyondFile: ({ layer }) => `层 ${layer} 需要的权重比权重文件里的还多。描述与权重不符。`,
  doesNotLoad: ({ detail }) => `模型无法载入。TensorFlow.js 的信息：${detail}`,
  severalInputs: ({ count }) => `模型有 ${count} 个输入；本页只检查有一个图像输入的模型。`,
  inputShape: ({ shape }) => `模型的输入是 ${shape}；本页只检查 1、3 或 4 通道的图像模型。`,
  inputTooLarge: ({ values, limit }) => `这个模型的一个输入有 ${number(values)} 个数；本页最多 ${number(limit)} 个。`,
  samplesTooLarge: ({ values, limit }) =>
    `一张图片在这个模型的各层里产生 ${number(values)} 个数；本页最多 ${number(limit)} 个。请用命令行检查：npx relumine audit。`,
  outOfMemory: ({ limit }) => `模型运行时需要超过 ${megabytes(limit)} 的内存。请用命令行检查：npx relumine audit。`,
  noImages: () => '这里没有图片。请拖入 PNG、JPEG、WebP、GIF 或 BMP 文件，或像 MNIST 那样的 IDX 文件。',
  imageUnreadable: ({ name }) => `浏览器无法读取图片 ${name}。请去掉它，或重新保存。`,
  imageTooLarge: ({ name, width, height, limit }) =>
    `${name} 有 ${number(width)} × ${number(height)} 像素；本页最多 ${number(limit)} 像素。请缩小它。`,
  imageFileTooLarge: ({ name, bytes, limit }) => `${name} 有 ${megabytes(bytes)}；本页的图片最大 ${megabytes(limit)}。`,
  idxUnreadable: ({ name, detail }) => `${name} 不是可以读取的 IDX 图像文件：${detail}`,
  idxShape: ({ name, expected, received }) => `${name} 里的图像是 ${received}，而模型需要 ${expected}。`,
  auditFails: ({ detail }) => `检查失败：${detail}`,
  silent: ({ seconds }) => `${seconds} 秒没有任何响应，检查已停止。模型对本页来说太大，或者有意让页面卡死。`,
  crashed: ({ detail }) =>
    `检查用的后台线程崩溃了${detail ? `（${detail}）` : ''}。页面不受影响：请用更少的图片或更小的模型再试。`,
};

export const audit: AuditMessages = {
  lead: '拖入一个 TensorFlow.js 模型和它所针对的图片。检查就在本页里运行：它会说出哪些通道从不激活、有多确定、该怎么办。不会上传任何内容。',
  dropTitle: '把 model.json、权重和图片拖到这里',
  dropHint: 'LayersModel 或 GraphModel，文件或整个文件夹；图片可以是 PNG、JPEG、WebP，或 IDX 文件',
  chooseFiles: '选择文件',
  chooseFolder: '选择文件夹',
  example: '试试示例',
  model: '模型',
  images: '图片',
  files: (paths) => {
    const shown = paths.slice(0, 3).join('、');
    return paths.length > 3 ? `${shown} 等 ${number(paths.length)} 个文件` : shown;
  },
  opened: ({ kind, layers, weights, input, images }) =>
    `${kind === 'layers' ? 'LayersModel' : 'GraphModel'}：${number(layers)} 个${kind === 'layers' ? '层' : '节点'}，${number(weights)} 个权重，输入 ${input.join(' × ')}，${number(images)} 张图片`,
  scaling: '像素值变为',
  scalings: { unit: '0 到 1', signed: '−1 到 1', bytes: '0 到 255' },
  limit: '最多图片数',
  number,
  certify: '同时证明对每一张图片都成立的结论（较慢）',
  run: '检查',
  stop: '停止',
  clear: '清除',
  needModel: '现在请给出模型：model.json 和它的权重文件。',
  needImages: '现在请给出图片：模型所针对的图片，越多越确定。',
  opening: '正在打开模型……',
  progress: (done, total) => `${number(total)} 张图片中的 ${number(done)} 张`,
  progressName: '已检查的图片',
  proving: '报告已完成。正在证明对每一张图片都成立的结论……',
  result: '结果',
  verdict: ({ deadChannels, channels, samples }) =>
    deadChannels === 0
      ? `没有死通道：${number(channels)} 个通道都至少在 ${number(samples)} 张图片中的一张上激活过。`
      : `${number(channels)} 个通道中有 ${number(deadChannels)} 个（${percent(deadChannels / channels)}）在 ${number(samples)} 张图片上从未激活。`,
  nonFinite: (names) => `${names} 中出现 NaN 或无穷：请先看那里。`,
  proved: ({ dead, alwaysActive, canFire, unknown }) =>
    `对所有可能的图片都已证明：${number(dead)} 个通道已死，${number(alwaysActive)} 个总是激活，${number(canFire)} 个可以激活；${number(unknown)} 个尚无定论。`,
  uncertified: (reason) => `没能证明：${reason === 'silent' ? '耗时太长。' : reason}`,
  layer: ({ activation, channels, dead, nearlyDead, bound }) =>
    `${activation}：${number(channels)} 个通道中 ${number(dead)} 个已死${dead > 0 ? `（95% 置信：每个至多在 ${upTo(bound)} 的图片上激活）` : ''}${nearlyDead > 0 ? `，${number(nearlyDead)} 个濒死` : ''}`,
  saveJson: '保存为 JSON',
  saveHtml: '保存为 HTML',
  saveCertificate: '保存证明',
  report: '报告',
  reportLanguage: '下面的完整报告是英文的。',
  problems,
};
