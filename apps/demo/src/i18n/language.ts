import { type Ref, ref } from 'vue';
import { queryOf } from '../address';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** What the link says, else what the browser prefers, else English. */
export function preferredLanguage(search: string, preferred: readonly string[]): Language {
  const candidates = [queryOf(search).get('lang') ?? '', ...preferred];
  for (const candidate of candidates) {
    const found = languages.find((language) => candidate.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}

export const language: Ref<Language> = ref(preferredLanguage(location.search, navigator.languages));
