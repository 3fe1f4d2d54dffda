import { node, say } from '../children.mjs';
import { spread } from '../timing.mjs';

/** Peers so slow that a small batch must do for two of them, against ours in the same minute. */
export function slow() {
  const run = (name, batch, measure) => {
    say(`slow peers: ${name}`);
    const { times } = measure();
    return { batch, ms: spread(times.map((ms) => (ms * 64) / batch)) };
  };
  const native = run('native, 1 thread', 64, () => node('step.mjs', 'native', 1, 64, 15, 'processor'));
  const peers = {
    composed: run('composed', 64, () => node('step.mjs', 'composed', 1, 64, 3, 'processor')),
    'jax-js on WASM': run('jax-js', 8, () => node('jaxStep.mjs', 8, 2)),
    'tfjs-backend-cpu': run('tfjs-backend-cpu', 2, () => node('step.mjs', 'cpu', 1, 2, 2, 'processor')),
  };
  for (const peer of Object.values(peers)) peer.ratio = peer.ms.median / native.ms.median;
  return { native, peers };
}
