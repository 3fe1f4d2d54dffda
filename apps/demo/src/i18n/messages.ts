import { type ComputedRef, computed } from 'vue';
import { type AuditMessages, audit as enAudit } from './en/audit';
import { type DrawMessages, draw as enDraw } from './en/draw';
import { shell as enShell, type ShellMessages } from './en/shell';
import { train as enTrain, type TrainMessages } from './en/train';
import { type Language, language } from './language';
import { audit as zhAudit } from './zh/audit';
import { draw as zhDraw } from './zh/draw';
import { shell as zhShell } from './zh/shell';
import { train as zhTrain } from './zh/train';

/** One file per area and language; English gives the types, so that a message that Chinese lacks does not compile. */
export interface Messages {
  shell: ShellMessages;
  train: TrainMessages;
  audit: AuditMessages;
  draw: DrawMessages;
}

const catalogues: Readonly<Record<Language, Messages>> = {
  en: { shell: enShell, train: enTrain, audit: enAudit, draw: enDraw },
  zh: { shell: zhShell, train: zhTrain, audit: zhAudit, draw: zhDraw },
};

export const messages: ComputedRef<Messages> = computed(() => catalogues[language.value]);
