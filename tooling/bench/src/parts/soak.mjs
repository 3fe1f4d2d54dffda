import { node, say } from '../children.mjs';

/** The heap after 10,000 training steps against the heap after 100. */
export function soak() {
  say('soak: 10,000 steps on 1 thread, then on 2');
  return [1, 2].map((threads) => node('soak.mjs', threads, 10_000));
}
