import { say, standingNode, standingTorch } from '../children.mjs';
import { spread } from '../timing.mjs';

/** How often the peers are asked in turn, in each round's processes. */
const turns = 12;
const batch = 64;
const median = (times) => spread(times).median;

const ours = (threads) => ({ start: () => standingNode('standingStep.mjs'), threads });
const pytorch = (threads) => ({ start: () => standingTorch('torchStep.py'), threads });

/**
 * Peers that take turns, so that a machine that slows down for a while slows down all of them, in rounds of processes of
 * their own.
 *
 * @param atOnce  names of peers of which all are asked once more in each turn, at the same time
 * @returns the peers' times; a function that gives the ratio of two, turn by turn; the times of those at once
 */
async function inTurns(what, rounds, clock, peers, atOnce = []) {
  const names = Object.keys(peers);
  const found = Object.fromEntries(names.map((name) => [name, { times: [] }]));
  const together = [];
  for (let round = 0; round < rounds; round++) {
    say(`${what}, round ${round + 1} of ${rounds}`);
    const standing = Object.fromEntries(names.map((name) => [name, peers[name].start()]));
    const few = async (name) => median(await standing[name].ask({ warmUp: 1, runs: 2, clock }));
    for (const name of names) {
      found[name].about = await standing[name].ask({ threads: peers[name].threads, batch });
      // For the first sixteen steps or so the engine's own threads compile and collect, some 10 ms a step (measured), which
      // would count against ours on as many cores.
      await standing[name].ask({ warmUp: 30, runs: 1, clock });
    }
    for (let turn = 0; turn < turns; turn++) {
      for (const name of names) found[name].times.push(await few(name));
      if (atOnce.length > 0) together.push(median(await Promise.all(atOnce.map(few))));
    }
    for (const peer of Object.values(standing)) peer.end();
  }
  const times = Object.fromEntries(names.map((name) => [name, found[name].times]));
  for (const peer of Object.values(found)) {
    peer.ms = spread(peer.times);
    delete peer.times;
  }
  const ratio = (a, b) => times[a] && times[b] && spread(times[a].map((ms, i) => ms / times[b][i]));
  return { rounds, peers: found, ratio, times, together };
}

/** The reference step on one thread, in processor time: ours and PyTorch's. */
export async function step(rounds) {
  const { peers, ratio } = await inTurns('step', rounds, 'processor', {
    'native, 1 thread': ours(1),
    ...(standingTorch ? { 'PyTorch, 1 thread': pytorch(1) } : {}),
  });
  return { rounds, peers, ratios: { overPyTorch1: ratio('native, 1 thread', 'PyTorch, 1 thread') } };
}

/** The reference step on two threads, by the wall: ours on 1 and 2, and PyTorch's on 2. Wants the machine for itself. */
export async function threads(rounds) {
  const one = 'native, 1 thread';
  const other = 'native, 1 thread, once more';
  const { peers, ratio, times, together } = await inTurns(
    'threads',
    rounds,
    'wall',
    {
      [one]: ours(1),
      'native, 2 threads': ours(2),
      ...(standingTorch ? { 'PyTorch, 2 threads': pytorch(2) } : {}),
      [other]: ours(1),
    },
    [one, other],
  );
  return {
    rounds,
    peers,
    ratios: {
      overPyTorch2: ratio('native, 2 threads', 'PyTorch, 2 threads'),
      oneOverTwoThreads: ratio(one, 'native, 2 threads'),
      // Two processes share nothing but the machine: no program gains more by its second core.
      twoProcesses: spread(together.map((ms, i) => (times[one][i] + times[other][i]) / ms)),
    },
  };
}
