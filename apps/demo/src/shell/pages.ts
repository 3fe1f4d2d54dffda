import { type Component, defineAsyncComponent, type Ref, ref } from 'vue';
import { queryOf, writeQuery } from '../address';
import TrainPage from '../train/TrainPage.vue';

/** The parts of the demo, in the order of the navigation; the first one needs no `?page=`, and no waiting. */
export const pages: Readonly<Record<string, Component>> = {
  train: TrainPage,
  audit: defineAsyncComponent(() => import('../audit/AuditPage.vue')),
  draw: defineAsyncComponent(() => import('../draw/DrawPage.vue')),
};

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
