import { node, say, torch } from '../children.mjs';
import { spread } from '../timing.mjs';

/** Peers measured in rounds around all of them, so that a change of the machine's mood meets each. */
function inRounds(what, rounds, peers) {
  const found = Object.fromEntries(Object.keys(peers).map((name) => [name, { rounds: [], times: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(peers)) {
      say(`${what}, round ${round + 1} of ${rounds}: ${name}`);
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
  return { rounds, peers: found, ratio };
}

/** The reference step on one thread, in processor time: ours and PyTorch's. */
export function step(rounds) {
  const { ratio, ...found } = inRounds('step', rounds, {
    'native, 1 thread': () => node('step.mjs', 'native', 1, 64, 15, 'processor'),
    ...(torch ? { 'PyTorch, 1 thread': () => torch('torchStep.py', 1, 64, 10, 'processor') } : {}),
  });
  return { ...found, ratios: { overPyTorch1: ratio('native, 1 thread', 'PyTorch, 1 thread') } };
}

/** The reference step on two threads, by the wall: ours on 1 and 2, and PyTorch's on 2. Wants the machine for itself. */
export function threads(rounds) {
  const { ratio, ...found } = inRounds('threads', rounds, {
    'native, 1 thread': () => node('step.mjs', 'native', 1, 64, 15, 'wall'),
    'native, 2 threads': () => node('step.mjs', 'native', 2, 64, 15, 'wall'),
    ...(torch ? { 'PyTorch, 2 threads': () => torch('torchStep.py', 2, 64, 10, 'wall') } : {}),
  });
  return {
    ...found,
    ratios: {
      overPyTorch2: ratio('native, 2 threads', 'PyTorch, 2 threads'),
      oneOverTwoThreads: ratio('native, 1 thread', 'native, 2 threads'),
    },
  };
}
