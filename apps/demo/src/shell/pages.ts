import type { Component } from 'vue';
import { type Ref, ref } from 'vue';
import { queryOf, writeQuery } from '../address';
import AuditPage from '../audit/AuditPage.vue';
import DrawPage from '../draw/DrawPage.vue';
import TrainPage from '../train/TrainPage.vue';

/** The parts of the demo, in the order of the navigation; the first one needs no `?page=`. */
export const pages: Readonly<Record<string, Component>> = { train: TrainPage, audit: AuditPage, draw: DrawPage };

export const firstPage = Object.keys(pages)[0] as string;

const pageOf = (): string => {
  const named = queryOf().get('page') ?? firstPage;
  return Object.hasOwn(pages, named) ? named : firstPage;
};

export const page: Ref<string> = ref(pageOf());

export function openPage(name: string): void {
  writeQuery({ page: name === firstPage ? null : name }, 'push');
  page.value = pageOf();
}

addEventListener('popstate', () => {
  page.value = pageOf();
});
