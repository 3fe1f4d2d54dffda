const tried = 'relumine.isolation';

/**
 * Brings cross-origin isolation to a page whose host can't send its headers: registers the service worker that adds them,
 * and loads the page again, once.
 *
 * @param base the address of the folder that `isolation-worker.js` is in, with its slash
 * @param again whether to load the page again; without, the next page that loads is isolated
 * @returns whether the page is isolated; `false` also where the page is about to load again
 */
export async function isolate(base: string, again = true): Promise<boolean> {
  if (globalThis.crossOriginIsolated) {
    forget();
    return true;
  }
  if (!globalThis.isSecureContext || !navigator.serviceWorker) return false;
  try {
    await navigator.serviceWorker.register(new URL('isolation-worker.js', new URL(base, location.href)));
    await navigator.serviceWorker.ready;
  } catch {
    return false;
  }
  if (!again || !rememberTry()) return false;
  location.reload();
  // What waits for the answer must not start work that the reload cuts off.
  return new Promise(() => undefined);
}

/** Once a visit: a host whose pages stay unisolated must not reload for ever. */
function rememberTry(): boolean {
  try {
    if (sessionStorage.getItem(tried)) return false;
    sessionStorage.setItem(tried, '1');
    return true;
  } catch {
    return false;
  }
}

/** Whether this page was loaded again for the sake of isolation: what asked for it was wanted then. */
export function isLoadedAgain(): boolean {
  try {
    return sessionStorage.getItem(tried) !== null;
  } catch {
    return false;
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(tried);
  } catch {
    // Storage may be forbidden; there is nothing to forget then.
  }
}
