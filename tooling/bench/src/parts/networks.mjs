import { node, say } from '../children.mjs';
import { spread } from '../timing.mjs';

/** Training steps of whole networks with batch normalisation, native against composed. */
export function networks() {
  const found = {};
  for (const name of ['mobileNet', 'resNet']) {
    say(`networks: ${name}`);
    const [native, composed] = [node('networks.mjs', name, 'native', 5), node('networks.mjs', name, 'composed', 1)];
    const [ours, theirs] = [spread(native.times), spread(composed.times)];
    found[name] = { parameters: native.parameters, native: ours, composed: theirs, ratio: theirs.median / ours.median };
  }
  return found;
}
