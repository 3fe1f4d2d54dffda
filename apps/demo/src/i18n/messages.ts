import { type ComputedRef, computed, type Ref, shallowRef, watch } from 'vue';
import type { AuditMessages } from './en/audit';
import type { DrawMessages } from './en/draw';
import type { ShellMessages } from './en/shell';
import type { TrainMessages } from './en/train';
import { type Language, language } from './language';

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
const shown: Ref<Messages | undefined> = shallowRef();

/** Loads the sentences of {@link language}, and from now on those of whatever it becomes. The page starts after it. */
export async function loadMessages(): Promise<void> {
  const load = async (wanted: Language): Promise<void> => {
    const found = await catalogues[wanted]();
    // Another may have been chosen meanwhile.
    if (wanted === language.value) shown.value = found;
  };
  watch(language, load);
  await load(language.value);
}

export const messages: ComputedRef<Messages> = computed(() => {
  if (!shown.value) throw new Error('The sentences are read before they are loaded.');
  return shown.value;
});
