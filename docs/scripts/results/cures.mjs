// Cures compared: activation × normalisation × initialiser × learning rate × revival, with paired seeds.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compare, meanInterval } from '@relumine/lab';
import { percent, table } from './table.mjs';

const seeds = [1, 2, 3, 4, 5];
const plan = { model: 'leNet5', epochs: 2, trainSize: 1000, testSize: 500, probeSize: 250, seeds };
/** What was measured so far: a run that was stopped goes on from here. Delete it to measure anew. */
const file = resolve(import.meta.dirname, '../../results/cures.json');
const usual = {
  learningRate: 0.01,
  activation: 'relu',
  normalization: 'none',
  initializer: 'heNormal',
  revival: 'none',
};

// Where nothing dies, revival does nothing.
const grid = function* () {
  for (const learningRate of [0.001, 0.01])
    for (const normalization of ['none', 'batch', 'spectral'])
      for (const initializer of ['heNormal', 'glorotUniform'])
        for (const activation of ['relu', 'leakyRelu', 'elu'])
          for (const revival of activation === 'relu' ? ['none', 'recycle', 'bias'] : ['none'])
            yield { learningRate, normalization, initializer, activation, revival };
};

const keyOf = ({ learningRate, normalization, initializer, activation, revival }) =>
  [learningRate, normalization, initializer, activation, revival].join(' ');

/** Dead share after the last epoch, accuracy and loss of each seed. */
async function runsOf({ activation, ...rest }) {
  const { runs } = await compare({ ...plan, ...rest, activations: [activation] });
  return runs.map(({ seed, layers, testAccuracy, trainLoss }) => {
    const total = (key) => layers.reduce((sum, layer) => sum + layer[key], 0);
    return { seed, dead: total('deadChannels') / total('channels'), accuracy: testAccuracy, loss: trainLoss };
  });
}

const of = (runs, key) => meanInterval(runs.map((run) => run[key]));
const half = ({ high, mean }) => high - mean;
const share = (interval) => `${percent(interval.mean)} ± ${(100 * half(interval)).toFixed(1)}`;

/** The mean difference of seed and seed, in percentage points. */
function paired(runs, others, key) {
  const { low, mean, high } = meanInterval(runs.map((run, i) => 100 * (run[key] - others[i][key])));
  const sign = (x) => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(1)}`;
  return { low, high, text: `${sign(mean)} [${sign(low)}, ${sign(high)}]` };
}

/** One line for each change of a single factor: what it does to dead channels and to accuracy. */
function findings(found) {
  const lines = [];
  for (const learningRate of [0.01, 0.001]) {
    const from = { ...usual, learningRate };
    const others = Object.values(found).filter(({ cell }) => {
      return (
        Object.keys(from).filter((key) => cell[key] !== from[key]).length === 1 && cell.learningRate === learningRate
      );
    });
    const base = found[keyOf(from)].runs;
    for (const { cell, runs } of others) {
      const factor = Object.keys(from).find((key) => cell[key] !== from[key]);
      const [dead, accuracy] = [paired(runs, base, 'dead'), paired(runs, base, 'accuracy')];
      const verdict = (one, better) =>
        one.low <= 0 && one.high >= 0 ? 'no clear' : one.high < 0 === better ? 'better' : 'worse';
      lines.push([
        learningRate,
        `${factor} → \`${cell[factor]}\``,
        dead.text,
        verdict(dead, true),
        accuracy.text,
        verdict(accuracy, false),
      ]);
    }
  }
  const low = found[keyOf({ ...usual, learningRate: 0.001 })].runs;
  const high = found[keyOf(usual)].runs;
  const [dead, accuracy] = [paired(low, high, 'dead'), paired(low, high, 'accuracy')];
  lines.push([0.01, 'learningRate → `0.001`', dead.text, '', accuracy.text, '']);
  return lines;
}

export async function measure() {
  const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  for (const cell of grid()) {
    const key = keyOf(cell);
    if (found[key]) continue;
    found[key] = { cell, runs: await runsOf(cell) };
    writeFileSync(file, `${JSON.stringify(found)}\n`);
    console.log(key, share(of(found[key].runs, 'dead')));
  }
  const rows = Object.values(found).map(({ cell, runs }) => {
    const loss = of(runs, 'loss');
    return [
      cell.learningRate,
      cell.normalization,
      cell.initializer,
      `\`${cell.activation}\``,
      cell.revival,
      share(of(runs, 'dead')),
      share(of(runs, 'accuracy')),
      `${loss.mean.toFixed(3)} ± ${half(loss).toFixed(3)}`,
    ];
  });
  const cells = Object.values(found);
  /** Mean over all cells with these settings, in per cent. */
  const over = (settings, key) => {
    const own = cells.filter(({ cell }) => Object.entries(settings).every(([name, value]) => cell[name] === value));
    return percent(
      of(
        own.flatMap(({ runs }) => runs),
        key,
      ).mean,
    );
  };
  const relu = { activation: 'relu', normalization: 'none' };
  const idle = cells.every(({ cell, runs }) => {
    if (cell.normalization !== 'spectral' || cell.revival === 'none') return true;
    const before = found[keyOf({ ...cell, revival: 'none' })].runs;
    return runs.every((run, i) => Math.abs(run.dead - before[i].dead) < 0.01);
  });
  const deadest = Object.values(found).filter(({ cell }) => cell.activation !== 'relu');
  const others = Math.max(...deadest.flatMap(({ runs }) => runs.map(({ dead }) => dead)));
  return {
    title: 'Cures compared',
    text: `
\`leNet5\` (two convolutions, two dense layers, 226 channels and units) on ${plan.trainSize.toLocaleString('en')} MNIST digits for ${plan.epochs} epochs of Adam, batches of 32, the same ${seeds.length} seeds in every row: ${Object.keys(found).length * seeds.length} runs. Dead channels on ${plan.probeSize} test digits after the last epoch, accuracy on ${plan.testSize}; ± is half of the 95 % confidence interval (Student). \`recycle\` and \`bias\` revive what is dead after an epoch; where nothing can die they were not run.

## One change at a time

Against ReLU without normalisation, He's initialisation and no revival at the same learning rate: differences from seed to seed with their 95 % confidence intervals, in percentage points; *no clear* where the interval holds 0.

${table(['learning rate', 'change', 'dead channels', 'verdict', 'accuracy', 'verdict'], findings(found))}

Over both initialisers:

- the high rate kills: ReLU without normalisation ends with ${over({ ...relu, revival: 'none', learningRate: 0.01 }, 'dead')} of its channels dead at 0.01, with ${over({ ...relu, revival: 'none', learningRate: 0.001 }, 'dead')} at 0.001;
- no slope below 0, no life after death: the largest share of dead channels in any run with \`leakyRelu\` or \`elu\` is ${percent(others)};
- \`recycle\` leaves ${over({ ...relu, revival: 'recycle', learningRate: 0.01 }, 'dead')} dead at 0.01 with an accuracy of ${over({ ...relu, revival: 'recycle', learningRate: 0.01 }, 'accuracy')}, \`bias\` ${over({ ...relu, revival: 'bias', learningRate: 0.01 }, 'dead')} with ${over({ ...relu, revival: 'bias', learningRate: 0.01 }, 'accuracy')}, against ${over({ ...relu, revival: 'none', learningRate: 0.01 }, 'accuracy')} without revival: the intervals above say what of that is more than chance;
- batch norm: ${over({ activation: 'relu', normalization: 'batch', revival: 'none', learningRate: 0.01 }, 'dead')} dead at 0.01, ${over({ activation: 'relu', normalization: 'batch', revival: 'none', learningRate: 0.001 }, 'dead')} at 0.001;
- spectral normalisation: ${over({ activation: 'relu', normalization: 'spectral', revival: 'none', learningRate: 0.01 }, 'dead')} dead at 0.01, ${over({ activation: 'relu', normalization: 'spectral', revival: 'none', learningRate: 0.001 }, 'dead')} at 0.001${idle ? '; revival hardly changed anything there, since wrapped layers are left as they are' : ''}.

## All combinations

${table(['learning rate', 'normalisation', 'initialiser', 'activation', 'revival', 'dead channels', 'test accuracy', 'training loss'], rows)}
`,
  };
}
