import type { DrawMessages } from '../en/draw';

const percent = (share: number): string =>
  new Intl.NumberFormat('zh-CN', { style: 'percent', maximumSignificantDigits: 2 }).format(share);
const number = (n: number): string => new Intl.NumberFormat('zh-CN').format(n);

export const draw: DrawMessages = {
  lead: '写一个数字，看哪些通道会回应。打叉的通道已经死了：它们在所有测试数字上都没有激活过。',
  pad: '数字书写区',
  padName: '你的数字',
  padHelp: '用鼠标、手指或笔书写。键盘：方向键移动笔，空格键落笔或提笔，Delete 键清除。',
  pen: (down, x, y) => `${down ? '落笔' : '提笔'}，第 ${x} 列，第 ${y} 行`,
  clear: '清除',
  examples: '或者选一个别人写的',
  network: '网络',
  shipped: '本页自带的网络',
  trained: (letter) => `你训练的网络 ${letter}`,
  answer: '回应',
  empty: '还没有写任何东西。',
  thinking: '正在启动网络……',
  looksLike: (digit, share) => `看起来像 ${digit}（${percent(share)}）。`,
  probabilities: '每个数字的概率',
  probability: (digit, share) => `${digit}：${percent(share)}`,
  layer: (answering, silent, dead) => `${answering} 个回应，${silent} 个不回应，${dead} 个已死`,
  tiles: (channels) => `${channels} 个通道各自在数字里看到的内容`,
  legend: '每格是一个通道：它在你的数字里看到的内容，越亮回应越强。',
  about: (facts) => {
    const dead = facts.layers.reduce((sum, layer) => sum + layer.deadChannels.length, 0);
    const channels = facts.layers.reduce((sum, layer) => sum + layer.channels, 0);
    return `这个网络学过 ${number(facts.trainedOn)} 个数字，开始时学习率过大。它能认出 ${number(facts.samples)} 个测试数字中的 ${percent(facts.accuracy)}，而 ${channels} 个通道中有 ${dead} 个对它们全都不激活。`;
  },
  restarted: '网络崩溃了，已重新启动。',
  failed: (detail) => `网络无法运行${detail ? `：${detail}` : ''}。请重新载入页面。`,
};
