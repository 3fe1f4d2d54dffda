import type { TrainMessages } from '../en/train';

export const train: TrainMessages = {
  lead: '一个小型卷积网络就在本页里学习手写数字。选好设置，按下“训练”，看哪些通道不再激活。学习率偏大时 ReLU 很快就会死掉；带泄漏的 ReLU 则活得好好的。',
};
