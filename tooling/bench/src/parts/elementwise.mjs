import { node, say, torch } from '../children.mjs';
import { spread } from '../timing.mjs';

/** Activations forward and backward against PyTorch, and counting while activating, on one thread; in rounds. */
export function elementwise(rounds) {
  const found = { activations: {}, statistics: {} };
  for (let round = 0; round < rounds; round++) {
    say(`elementwise, round ${round + 1} of ${rounds}`);
    const ours = node('elementwise.mjs');
    const theirs = torch?.('torchElementwise.py', 1_000_000, 15);
    for (const [name, ms] of Object.entries(ours.activations)) {
      found.activations[name] ??= { ours: [], torch: [] };
      const line = found.activations[name];
      line.ours.push(ms.median);
      if (theirs) line.torch.push(spread(theirs[name]).median);
    }
    for (const [name, { plain, counting }] of Object.entries(ours.statistics)) {
      found.statistics[name] ??= [];
      found.statistics[name].push(counting.median / plain.median);
    }
  }
  for (const line of Object.values(found.activations)) {
    line.ratio = line.torch.length > 0 ? spread(line.ours.map((ms, i) => ms / line.torch[i])) : undefined;
    line.ours = spread(line.ours);
    line.torch = line.torch.length > 0 ? spread(line.torch) : undefined;
  }
  for (const [name, ratios] of Object.entries(found.statistics)) found.statistics[name] = spread(ratios);
  return found;
}
