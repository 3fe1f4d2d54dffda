import type { ShellMessages } from '../en/shell';

export const shell: ShellMessages = {
  tag: 'zh-CN',
  title: 'Relumine',
  slogan: '看神经元如何死去，再让它们复活。',
  documentTitle: 'Relumine：看神经元如何死去，再让它们复活',
  pages: { train: '训练', audit: '检查你的模型', draw: '手写数字' },
  navigation: '演示的各部分',
  skip: '跳到正文',
  language: '语言',
  theme: '配色',
  themes: { system: '跟随系统', light: '浅色', dark: '深色' },
  privacy: '所有计算都在本页内完成。你打开、书写或训练的内容都不会离开这里。',
  offlineReady: '本页现在可以离线使用了。',
  offline: '当前没有网络：本页照常可用。',
  newVersion: '本页有新版本可用。',
  reload: '载入新版本',
  broken: (detail) => `页面出了问题（${detail}）。请重新载入；你的选择都保存在网址里。`,
};
