/**
 * Runs `start` while `navigator.hardwareConcurrency` reads at least twice `threads`: tfjs takes half of the cores at
 * most, whatever it is asked for.
 */
export async function withCores<T>(threads: number, start: () => Promise<T>): Promise<T> {
  const { navigator } = globalThis as { navigator?: object };
  if (!navigator) return start();
  const own = Object.getOwnPropertyDescriptor(navigator, 'hardwareConcurrency');
  const cores = (navigator as { hardwareConcurrency?: number }).hardwareConcurrency ?? 1;
  if (cores >= 2 * threads) return start();
  try {
    Object.defineProperty(navigator, 'hardwareConcurrency', { configurable: true, get: () => 2 * threads });
  } catch {
    return start();
  }
  try {
    return await start();
  } finally {
    if (own) Object.defineProperty(navigator, 'hardwareConcurrency', own);
    else delete (navigator as { hardwareConcurrency?: number }).hardwareConcurrency;
  }
}
