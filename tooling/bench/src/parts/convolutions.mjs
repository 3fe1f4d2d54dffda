import { node, say } from '../children.mjs';

/** Convolutions on one thread, native against stock and composed. */
export function convolutions() {
  say('convolutions');
  return node('convolutions.mjs');
}
