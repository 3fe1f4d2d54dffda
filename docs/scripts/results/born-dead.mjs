// Lu et al. 2019: how often a ReLU network with zero biases is dead from birth, by simulation, against their bounds.
import { createRandom } from '@relumine/core';
import { bornDeadProbability } from '@relumine/dead-neuron-metrics';
import { table } from './table.mjs';

const draws = 100_000;

/** Whether every input, all rays of a symmetric one-dimensional domain, ends in a zero layer. */
function isDead(width, hiddenLayers, random) {
  // Biases are 0 and ReLU is homogeneous: the two rays +1 and −1 are all there is.
  let alive = [[1], [-1]];
  for (let layer = 0; layer < hiddenLayers; layer++) {
    const inputs = alive[0].length;
    const weights = Array.from({ length: width * inputs }, () => random.normal());
    alive = alive
      .map((h) =>
        Array.from({ length: width }, (_, j) =>
          Math.max(
            0,
            h.reduce((sum, value, i) => sum + value * weights[j * inputs + i], 0),
          ),
        ),
      )
      .filter((h) => h.some((value) => value > 0));
    if (alive.length === 0) return true;
  }
  return false;
}

export async function measure() {
  const rows = [];
  for (const [width, hiddenLayers] of [
    [2, 10],
    [3, 10],
    [4, 10],
    [5, 10],
    [2, 20],
    [3, 20],
    [4, 20],
    [5, 20],
    [3, 50],
    [5, 50],
    [8, 50],
  ]) {
    const random = createRandom(`${width}-${hiddenLayers}`);
    let dead = 0;
    for (let k = 0; k < draws; k++) if (isDead(width, hiddenLayers, random)) dead++;
    const share = dead / draws;
    const error = Math.sqrt((share * (1 - share)) / draws);
    const { lower, upper } = bornDeadProbability({ inputs: 1, widths: new Array(hiddenLayers).fill(width) });
    const within = share >= lower - 3 * error && share <= upper + 3 * error;
    rows.push([
      width,
      hiddenLayers,
      lower.toFixed(4),
      share.toFixed(4),
      error.toFixed(4),
      upper.toFixed(4),
      within ? 'yes' : 'no',
    ]);
  }
  return {
    title: 'Born dead: theory and simulation',
    text: `
A ReLU network with zero biases is dead from birth if some hidden layer is 0 for every input: it then computes a constant, and no gradient reaches what is before. Lu, Shin, Su and Karniadakis (2019) bound the probability of that for one input and equal widths, whatever the symmetric distribution of the weights. The simulation draws ${draws.toLocaleString('en')} networks for each row; ± is its standard error.

${table(['width', 'hidden layers', 'lower bound', 'simulated', '±', 'upper bound', 'within 3 errors of the bounds'], rows)}

\`relumine theory --widths …\` gives the bounds for any network.
`,
  };
}
