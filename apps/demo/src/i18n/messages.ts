import { type ComputedRef, computed, type Ref, shallowRef, watch } from 'vue';
import { painted } from '../shell/inTurn';
import type { AuditMessages } from './en/audit';
import type { DrawMessages } from './en/draw';
import type { ShellMessages } from './en/shell';
import type { TrainMessages } from './en/train';
import { type Language, language, tellLanguage } from './language';

/** One file per area and language; English gives the types, so that a message that Chinese lacks does not compile. */
export interface Messages {
  shell: ShellMessages;
  train: TrainMessages;
  audit: AuditMessages;
  draw: DrawMessages;
}

/** Nobody reads two at a time: a language is loaded when it is chosen. */
const catalogues: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: async () => (await import('./en')).en,
  zh: async () => (await import('./zh')).zh,
};
const areas = ['shell', 'train', 'audit', 'draw'] as const;
const shown: Readonly<Record<keyof Messages, Ref<Messages[keyof Messages] | undefined>>> = {
  shell: shallowRef(),
  train: shallowRef(),
  audit: shallowRef(),
  draw: shallowRef(),
};

/** Loads the sentences of {@link language}, and from now on those of whatever it becomes. The page starts after it. */
export async function loadMessages(): Promise<void> {
  const load = async (wanted: Language): Promise<void> => {
    const found = await catalogues[wanted]();
    const isFirst = shown.shell.value === undefined;
    for (const area of areas) {
      // Another may have been chosen meanwhile.
      if (wanted !== language.value) return;
      if (area === 'shell') tellLanguage();
      shown[area].value = found[area];
      // To set the whole page in other glyphs takes longer than it may be without an answer.
      if (!isFirst) await painted();
    }
  };
  watch(language, load);
  await load(language.value);
}

function read<Area extends keyof Messages>(area: Area): Messages[Area] {
  const found = shown[area].value;
  if (!found) throw new Error('The sentences are read before they are loaded.');
  return found as Messages[Area];
}

export const messages: ComputedRef<Messages> = computed(() => ({
  get shell() {
    return read('shell');
  },
  get train() {
    return read('train');
  },
  get audit() {
    return read('audit');
  },
  get draw() {
    return read('draw');
  },
}));
