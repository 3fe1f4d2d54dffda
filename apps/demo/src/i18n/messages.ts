import { type ComputedRef, computed } from 'vue';
import { shell as enShell, type ShellMessages } from './en/shell';
import { train as enTrain, type TrainMessages } from './en/train';
import { type Language, language } from './language';
import { shell as zhShell } from './zh/shell';
import { train as zhTrain } from './zh/train';

/** One file per area and language; English gives the types, so that a message that Chinese lacks does not compile. */
export interface Messages {
  shell: ShellMessages;
  train: TrainMessages;
}

const catalogues: Readonly<Record<Language, Messages>> = {
  en: { shell: enShell, train: enTrain },
  zh: { shell: zhShell, train: zhTrain },
};

export const messages: ComputedRef<Messages> = computed(() => catalogues[language.value]);
