import { type Ref, ref, watch } from 'vue';
import { queryOf, writeQuery } from '../address';
import { recall, remember } from './memory';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const isTheme = (text: string | null): text is Theme => (themes as readonly (string | null)[]).includes(text);

/** What the link says, else what was chosen before, else the system's. */
export function preferredTheme(search: string, remembered: string | null): Theme {
  const linked = queryOf(search).get('theme');
  if (isTheme(linked)) return linked;
  return isTheme(remembered) ? remembered : 'system';
}

export const theme: Ref<Theme> = ref(preferredTheme(location.search, recall('theme')));

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  remember('theme', chosen);
  if (queryOf().has('theme')) writeQuery({ theme: chosen });
}

watch(
  theme,
  (now) => {
    const { dataset } = document.documentElement;
    if (now === 'system') delete dataset.theme;
    else dataset.theme = now;
  },
  { immediate: true },
);
