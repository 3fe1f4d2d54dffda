import { type ShallowRef, shallowRef } from 'vue';
import type { Experiment } from './experiment';

/** What is being trained, for the other pages; none until the training page has been open. */
export const currentExperiment: ShallowRef<Experiment | undefined> = shallowRef();
