import { type Ref, ref } from 'vue';
import { queryOf, writeQuery } from '../address';
import { recall, remember } from '../shell/memory';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** What the link says, else what was chosen before, else what the browser prefers, else English. */
export function preferredLanguage(search: string, preferred: readonly string[]): Language {
  const candidates = [queryOf(search).get('lang') ?? '', ...preferred];
  for (const candidate of candidates) {
    const found = languages.find((language) => candidate.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}

const wanted = (search: string): Language =>
  preferredLanguage(search, [recall('language') ?? '', ...navigator.languages]);

export const language: Ref<Language> = ref(wanted(location.search));

/** The visitor's choice: from now on, on the next visit, and in links that are shared. */
export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  remember('language', chosen);
  writeQuery({ lang: chosen });
}

/** Screen readers pick their voice, and browsers their glyphs, by this attribute. */
export function tellLanguage(): void {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
}
addEventListener('popstate', () => {
  language.value = wanted(location.search);
});
