import { type Ref, ref } from 'vue';

/** Whether everything that the page needs is kept on this machine. */
export const offlineReady: Ref<boolean> = ref(false);
/** Whether a newer version waits for the visitor's word. */
export const newVersion: Ref<boolean> = ref(false);
export const online: Ref<boolean> = ref(navigator.onLine);

addEventListener('online', () => {
  online.value = true;
});
addEventListener('offline', () => {
  online.value = false;
});

/** In milliseconds: training is prepared, and may have been asked for, before files are kept for the next visit. */
const startAfter = 4000;

let waiting: ServiceWorker | null = null;

/** Lets the waiting version take over; the page is loaded again when it has. */
export function loadNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting?.postMessage('take over');
}

/**
 * Registers the service worker, asks it to keep the whole page, and watches for newer versions. Does nothing where
 * service workers are not to be had: the page works online then. Waits until the page has been shown and its training
 * prepared: a worker that starts takes a core.
 *
 * @param base the folder of the page, with its slash
 */
export async function startOffline(base: string): Promise<void> {
  const { serviceWorker } = navigator;
  if (!import.meta.env.PROD || !globalThis.isSecureContext || !serviceWorker) return;
  serviceWorker.addEventListener('message', ({ data }) => {
    if (data === 'offline ready') offlineReady.value = true;
  });
  if (document.readyState !== 'complete')
    await new Promise((loaded) => addEventListener('load', loaded, { once: true }));
  await new Promise((done) => setTimeout(done, startAfter));
  try {
    const registration = await serviceWorker.register(new URL('isolation-worker.js', new URL(base, location.href)));
    watchUpdates(registration);
    const { active } = await serviceWorker.ready;
    active?.postMessage('keep all');
  } catch {
    // Some browsers forbid service workers in private windows.
  }
}

function watchUpdates(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    waiting = registration.waiting;
    newVersion.value = true;
  };
  look();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', look);
  });
}
