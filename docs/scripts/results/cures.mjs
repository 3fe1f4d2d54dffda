// Cures compared: activation × normalisation × learning rate with paired seeds.
import { compare } from '@relumine/lab';
import { meanAndError, percent, table } from './table.mjs';

const seeds = [1, 2, 3, 4, 5];

export async function measure() {
  const rows = [];
  for (const learningRate of [0.001, 0.01]) {
    for (const normalization of ['none', 'batch', 'spectral']) {
      const { runs } = await compare({
        activations: ['relu', 'leakyRelu', 'prelu', 'elu', 'silu', 'crelu'].slice(0, 5),
        normalization,
        learningRate,
        seeds,
        epochs: 1,
        trainSize: 2000,
        testSize: 1000,
        probeSize: 500,
      });
      const names = [...new Set(runs.map(({ activation }) => activation))];
      for (const name of names) {
        const own = runs.filter(({ activation }) => activation === name);
        const share = own.map(({ layers }) => {
          const of = (key) => layers.reduce((sum, layer) => sum + layer[key], 0);
          return of('deadChannels') / of('channels');
        });
        const [dead, deadError] = meanAndError(share);
        const [accuracy, accuracyError] = meanAndError(own.map(({ testAccuracy }) => testAccuracy));
        rows.push([
          learningRate,
          normalization,
          `\`${name}\``,
          `${percent(dead)} ± ${(100 * deadError).toFixed(1)}`,
          `${percent(accuracy)} ± ${(100 * accuracyError).toFixed(1)}`,
        ]);
      }
    }
  }
  return {
    title: 'Cures compared',
    text: `
\`simpleCnn\` (conv 3×3×32, conv 3×3×64, dense) on 2,000 MNIST digits for one epoch of Adam, batches of 32, the same ${seeds.length} seeds in every row; dead channels on 500 test digits, accuracy on 1,000; mean ± standard error.

${table(['learning rate', 'normalisation', 'activation', 'dead channels', 'test accuracy'], rows)}
`,
  };
}
