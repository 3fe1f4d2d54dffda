// Spectral normalisation and dead channels: the same network before and after, and trained with and without.
import { mnist } from '@relumine/datasets';
import { compare, spectralNormNoCure } from '@relumine/lab';
import { meanAndError, percent, table } from './table.mjs';

const seeds = [1, 2, 3, 4, 5];

async function afterwards(data) {
  const rows = [];
  for (const seed of seeds) {
    const layers = await spectralNormNoCure({ ...data, seed, steps: 200, learningRate: 0.01, probeSize: 1000 });
    for (const { layer, channels, sigma, dead, deadWithoutBias, sameChannels } of layers) {
      rows.push([
        seed,
        `\`${layer}\``,
        channels,
        sigma.toFixed(2),
        dead.before,
        dead.after,
        `${deadWithoutBias.before} → ${deadWithoutBias.after}`,
        sameChannels ? 'the same' : 'others',
      ]);
    }
  }
  return rows;
}

async function trained() {
  const rows = [];
  for (const learningRate of [0.003, 0.01]) {
    for (const normalization of ['none', 'spectral']) {
      const { runs } = await compare({
        activations: ['relu'],
        normalization,
        learningRate,
        seeds,
        epochs: 1,
        trainSize: 3000,
        testSize: 1000,
        probeSize: 1000,
      });
      const dead = runs.map(({ layers }) => {
        const of = (key) => layers.reduce((sum, layer) => sum + layer[key], 0);
        return of('deadChannels') / of('channels');
      });
      const [share, error] = meanAndError(dead);
      const [accuracy, spread] = meanAndError(runs.map(({ testAccuracy }) => testAccuracy));
      rows.push([
        learningRate,
        normalization,
        `${percent(share)} ± ${(100 * error).toFixed(1)}`,
        `${percent(accuracy)} ± ${(100 * spread).toFixed(1)}`,
      ]);
    }
  }
  return rows;
}

export async function measure() {
  const data = {
    train: await mnist({ split: 'train', limit: 6000 }),
    test: await mnist({ split: 'test', limit: 1000 }),
  };
  const [before, across] = [await afterwards(data), await trained()];
  return {
    title: 'Spectral normalisation is no cure for dead channels',
    text: `
Spectral normalisation divides a kernel by its spectral norm, a positive number. The sign of $w \\cdot x$ stays as it is, so in a layer without bias the dead channels are exactly the same before and after. With biases, $w \\cdot x / \\sigma + b$ has a relatively larger bias where $\\sigma > 1$: negative ones then silence channels that lived, and where $\\sigma < 1$ the reverse may happen.

## The same trained network, before and after

A ReLU CNN trained for 200 steps of Adam at 0.01 on MNIST, dead channels on 1,000 test digits; then every kernel divided by its sigma. "Without bias": the same two measurements with all biases set to 0 and the weights of every fourth channel to $-|w|$, which no input of 0 or more can wake, so that some are dead in every layer.

${table(['seed', 'layer', 'channels', 'sigma', 'dead before', 'dead after', 'without bias', 'which channels, without bias'], before)}

## Trained with and without

The same CNN, one epoch of 3,000 digits, ${seeds.length} seeds, mean ± standard error.

${table(['learning rate', 'normalisation', 'dead channels', 'test accuracy'], across)}

What training with it changes is the path of the optimisation, not the mechanism: the normalised kernels bound how fast pre-activations move, which can prevent deaths as a smaller learning rate does. It brings no channel back.
`,
  };
}
