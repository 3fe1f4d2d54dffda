import type { ShellMessages } from '../en/shell';

export const shell: ShellMessages = {
  title: 'Relumine',
  pages: { train: '训练' },
  navigation: '演示的各部分',
};
