import { onMounted, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue';

/** A page out of sight is not painted, and must not wait for it. */
const longestWait = 250;

/** After the next paint. */
export const painted = (): Promise<void> =>
  new Promise((done) => {
    const late = setTimeout(done, longestWait);
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(late);
        done();
      }),
    );
  });

let queue: Promise<void> = Promise.resolve();

/** After a paint that nobody else was given: what many parts of the page make for themselves comes one by one. */
export function turn(): Promise<void> {
  queue = queue.then(painted);
  return queue;
}

/** After so many paints: what comes one part a frame is all there then. */
export async function settled(frames: number): Promise<void> {
  for (let frame = 0; frame < frames; frame++) await painted();
}

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

/** What `source` lists, one entry a frame; what it lists no longer goes at once. */
export function oneByOne<T>(source: () => readonly T[]): Readonly<ShallowRef<readonly T[]>> {
  const shown = shallowRef<readonly T[]>([]);
  watch(
    source,
    async (wanted) => {
      shown.value = shown.value.slice(0, wanted.length);
      for (const [i, entry] of wanted.entries()) {
        await painted();
        // A newer one has its own turn.
        if (source() !== wanted) return;
        shown.value = [...shown.value.slice(0, i), entry, ...shown.value.slice(i + 1)];
      }
    },
    { immediate: true },
  );
  return shown;
}

/** What `source` says, so many frames later: what all parts of the page show is not shown by all of them at once. */
export function later<T>(source: () => T, frames: number): Readonly<ShallowRef<T>> {
  const shown = shallowRef(source());
  watch(source, async (value) => {
    await settled(frames);
    // A newer one has its own turn.
    if (source() === value) shown.value = value;
  });
  return shown;
}
