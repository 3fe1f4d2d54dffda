/** The backend's own limit. */
const most = 8;

const cores = (): number => globalThis.navigator?.hardwareConcurrency ?? 1;

/** As many as there are cores, where the page is isolated; one elsewhere. */
export const mostThreads = (): number => (globalThis.crossOriginIsolated ? Math.max(1, Math.min(cores(), most)) : 1);

/**
 * All cores but one: threads of WASM wait for each other by spinning, so that on all cores they leave the page none to
 * answer and paint on.
 */
export const defaultThreads = (): number => Math.max(1, Math.min(cores() - 1, mostThreads()));
