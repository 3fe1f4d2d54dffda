import { node, say, torch } from '../children.mjs';
import { machine } from '../machine.mjs';
import { spread } from '../timing.mjs';

/** The reference step: ours on 1 and 2 threads, composed, PyTorch; in rounds, so that a change of the machine's mood meets each. */
export function step(rounds) {
  const two = machine().cores > 1;
  const peers = {
    'native, 1 thread': () => node('step.mjs', 'native', 1, 64, 15),
    ...(torch ? { 'PyTorch, 1 thread': () => torch('torchStep.py', 1, 64, 10) } : {}),
    ...(two ? { 'native, 2 threads': () => node('step.mjs', 'native', 2, 64, 15) } : {}),
    ...(torch && two ? { 'PyTorch, 2 threads': () => torch('torchStep.py', 2, 64, 10) } : {}),
  };
  const found = Object.fromEntries(Object.keys(peers).map((name) => [name, { rounds: [], times: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(peers)) {
      say(`step, round ${round + 1} of ${rounds}: ${name}`);
      const { times, ...about } = run();
      found[name].about = about;
      found[name].rounds.push(spread(times).median);
      found[name].times.push(...times);
    }
  }
  for (const peer of Object.values(found)) {
    peer.ms = spread(peer.times);
    delete peer.times;
  }
  const ratio = (a, b) => found[a] && found[b] && spread(found[a].rounds.map((ms, i) => ms / found[b].rounds[i]));
  return {
    rounds,
    peers: found,
    ratios: {
      overPyTorch1: ratio('native, 1 thread', 'PyTorch, 1 thread'),
      overPyTorch2: ratio('native, 2 threads', 'PyTorch, 2 threads'),
      oneOverTwoThreads: ratio('native, 1 thread', 'native, 2 threads'),
    },
  };
}
