import { say, standingNode, standingTorch } from '../children.mjs';
import { spread } from '../timing.mjs';

const activations = ['relu', 'leakyRelu', 'prelu', 'elu', 'silu', 'gelu', 'tanh'];
const counted = ['relu', 'leakyRelu', 'gelu'];
/** How often the peers are asked in turn, in each round's processes. */
const turns = 9;
const median = (times) => spread(times).median;

/** So many calls before any counts: until then, some may run in code that is not optimised yet. */
async function warm(peer, what, name) {
  await peer?.ask({ what, name, warmUp: 25, runs: 1 });
}

/** Medians, in milliseconds, of a few calls of each thing that is timed; after one that finds the caches as the other peer has left them. */
async function few(peer, what, name) {
  const lists = await peer?.ask({ what, name, warmUp: 1, runs: 5 });
  return lists?.map(median);
}

/** Activations forward and backward against PyTorch, and counting while activating, on one thread; in rounds, each in processes of its own. */
export async function elementwise(rounds) {
  const times = Object.fromEntries(activations.map((name) => [name, { ours: [], torch: [], ratios: [] }]));
  const statistics = Object.fromEntries(counted.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    say(`elementwise, round ${round + 1} of ${rounds}`);
    const [ours, theirs] = [standingNode('elementwise.mjs'), standingTorch?.('torchElementwise.py')];
    for (const name of activations) {
      const line = times[name];
      for (const peer of [ours, theirs]) await warm(peer, 'activation', name);
      for (let turn = 0; turn < turns; turn++) {
        const [own] = await few(ours, 'activation', name);
        line.ours.push(own);
        const other = await few(theirs, 'activation', name);
        if (other === undefined) continue;
        line.torch.push(other[0]);
        line.ratios.push(own / other[0]);
      }
    }
    for (const name of counted) {
      await warm(ours, 'statistics', name);
      for (let turn = 0; turn < turns; turn++) {
        const [plain, counting] = await few(ours, 'statistics', name);
        statistics[name].push(counting / plain);
      }
    }
    for (const peer of [ours, theirs]) peer?.end();
  }
  const found = { activations: {}, statistics: {} };
  for (const [name, { ours, torch, ratios }] of Object.entries(times)) {
    const some = (values) => (values.length > 0 ? spread(values) : undefined);
    found.activations[name] = { ours: spread(ours), torch: some(torch), ratio: some(ratios) };
  }
  for (const [name, ratios] of Object.entries(statistics)) found.statistics[name] = spread(ratios);
  return found;
}
