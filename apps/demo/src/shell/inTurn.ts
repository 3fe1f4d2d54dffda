import { onMounted, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue';

/** After the next paint. */
export const painted = (): Promise<void> =>
  new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
  });

/**
 * Counts from 0 to `parts`, one a frame, from when the component is there: a page that makes all its parts at once answers
 * nothing meanwhile.
 */
export function inTurn(parts: number): Readonly<Ref<number>> {
  const made = ref(0);
  onMounted(async () => {
    while (made.value < parts) {
      await painted();
      made.value++;
    }
  });
  return made;
}

/** What `source` says, so many frames later: what all parts of the page show is not shown by all of them at once. */
export function later<T>(source: () => T, frames: number): Readonly<ShallowRef<T>> {
  const shown = shallowRef(source());
  watch(source, async (value) => {
    for (let frame = 0; frame < frames; frame++) await painted();
    // A newer one has its own turn.
    if (source() === value) shown.value = value;
  });
  return shown;
}
