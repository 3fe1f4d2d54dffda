import { activation, elu, leakyRelu, prelu, relu } from '@relumine/activations';
import { batches, mnist } from '@relumine/datasets';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { simpleCnn } from '@relumine/models';
import { adam } from '@relumine/wasm-backend';
import { abs, grad, max, randomNormal, scalar, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { table } from './table.mjs';

const elements = 1_000_000;
const rounds = 15;

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Milliseconds of each function, in turns within one run, so that what disturbs the machine disturbs all alike. */
function inTurns(functions) {
  const times = Object.fromEntries(Object.keys(functions).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, run] of Object.entries(functions)) {
      const from = performance.now();
      run();
      if (round >= 0) times[name].push(performance.now() - from);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

export function costs() {
  const x = randomNormal([elements], 0, 1, 'float32', 1);
  const slope = scalar(0.25);
  const forms = { relu, leakyRelu, prelu: (z) => prelu(z, slope), elu };
  const once = (f) => () => tidy(() => f(x).dataSync()[0]);
  const forward = inTurns(Object.fromEntries(Object.entries(forms).map(([name, f]) => [name, once(f)])));
  const both = inTurns(
    Object.fromEntries(Object.entries(forms).map(([name, f]) => [name, once(grad((z) => sum(f(z))))])),
  );
  x.dispose();
  const against = (times, name) => (times[name] / times.relu).toFixed(2);
  return Object.keys(forms).map((name) => [`\`${name}\``, against(forward, name), against(both, name)]);
}

/** The largest difference of values and of gradients between a leaky ReLU behind a ReLU and the ReLU alone. */
function leakyBehindRelu() {
  return tidy(() => {
    const x = randomNormal([elements], 0, 3, 'float32', 2);
    const both = (z) => leakyRelu(relu(z));
    const differ = (a, b) => max(abs(sub(a, b))).dataSync()[0];
    const values = differ(both(x), relu(x));
    const gradients = differ(grad((z) => sum(both(z)))(x), grad((z) => sum(relu(z)))(x));
    return [values, gradients];
  });
}

async function train(model, data, learningRate, epochs) {
  model.compile({ optimizer: adam({ learningRate }), loss: 'categoricalCrossentropy' });
  await model.fit(data.xs, data.ys, { epochs, batchSize: 32, shuffle: false, verbose: 0 });
}

/** Trains at a rate that kills, then at a hundredth of it: how many of the dead came back? */
async function lowerRate(seed, data, test) {
  const model = simpleCnn({ activation: 'relu', seed });
  await train(model, data, 0.015, 1);
  const dead = async () => (await auditModel(model, test.xs)).layers.map(({ deadChannels }) => deadChannels);
  const before = await dead();
  await train(model, data, 0.00015, 2);
  const after = await dead();
  model.dispose();
  const count = (layers) => layers.reduce((total, channels) => total + channels.length, 0);
  const back = before.flatMap((channels, i) => channels.filter((channel) => !after[i].includes(channel))).length;
  return [seed, count(before), count(after), back];
}

async function deaths(spec, data, test) {
  let dead = 0;
  for (const seed of [1, 2, 3]) {
    const model = simpleCnn({ activation: spec, seed });
    await train(model, data, 0.015, 1);
    dead += (await auditModel(model, test.xs)).summary.deadChannels;
    model.dispose();
  }
  return dead / 3;
}

export async function measure() {
  const [data] = batches(await mnist({ split: 'train', limit: 2000 }), { batchSize: 2000 });
  const [test] = batches(await mnist({ split: 'test', limit: 500 }), { batchSize: 500 });
  const [values, gradients] = leakyBehindRelu();
  const time = costs();
  const rates = [];
  for (const seed of [1, 2, 3]) rates.push(await lowerRate(seed, data, test));
  const specs = [
    ['`relu`', 'relu'],
    ['`leakyRelu`', 'leakyRelu'],
    ['`prelu`', 'prelu'],
    ['`elu`, α = 1', 'elu'],
    ['`elu`, α = 0.01', { name: 'elu', alpha: 0.01 }],
  ];
  const dead = [];
  for (const [title, spec] of specs) dead.push([title, (await deaths(spec, data, test)).toFixed(1)]);
  const jump = ['1', '0.01'].map((alpha) => {
    const { derivative } = activation('elu', { alpha: Number(alpha) });
    return tidy(() => derivative(scalar(-1e-6)).dataSync()[0]).toFixed(2);
  });
  const text = `
The myths are told in [Myths, measured](/concepts/myths); here are the figures.

## Does a lower learning rate revive?

A ReLU CNN after one epoch of Adam at 0.015 on 2,000 digits, then two epochs at 0.00015; dead channels of 96 on the same 500 test digits. The gradient of a dead channel's own weights is 0, so none comes back by its own doing; one can when the layer before it changes what it sees.

${table(['seed', 'dead at 0.015', 'dead after 0.00015', 'came back'], rates)}

## Does a leaky ReLU behind a ReLU help?

On ${elements.toLocaleString('en')} normal values, the largest difference of the outputs is ${values}, of the gradients ${gradients}.

## What do they cost?

Milliseconds as ratios to ReLU, ${elements.toLocaleString('en')} values, median of ${rounds} rounds in turns within one run.

${table(['activation', 'forward', 'forward and gradient'], time)}

## Does ReLU lower the number of dead neurons? Is ELU's α 0.01?

Dead channels of 96 after one epoch of Adam at 0.015 on 2,000 digits, mean of 3 seeds. The slope of ELU just below 0 is ${jump[0]} with α = 1 and ${jump[1]} with α = 0.01: a hundredth of what ReLU has above.

${table(['activation', 'dead channels'], dead)}`;
  return { title: 'Myths by numbers', text };
}
