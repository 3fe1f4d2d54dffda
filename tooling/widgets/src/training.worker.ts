import { createRandom, type Random } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { initializerNames, type ModelOptions, modelActivationNames, simpleCnn } from '@relumine/models';
import { reviveChannels } from '@relumine/revival/layers';
import { adam, startWasm } from '@relumine/wasm-backend';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { type Tensor, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import digitsUrl from '../assets/digits.bin?url';
import { type Digits, gather, loadDigits, trainSize } from './digits';
import type { Command, Report, StepFigures, TrainingChoices } from './protocol';

const batchSize = 32;
const watched = 128;
/** Audits take about this share of the time … */
const auditShare = 0.06;
/** … but none is further away than this, in milliseconds: the first one also prepares the kernels. */
const longestWait = 1000;
/** The page is told this often: more would take the time of its painting from the training. */
const reportEvery = 100;

interface Run {
  model: LayersModel;
  optimizer: ReturnType<typeof adam>;
  step: number;
  order: number[];
  random: Random;
}

const post = (report: Report): void => self.postMessage(report);
const absolute = (url: string): string => new URL(url, self.location.href).href;

/** Lets messages in. A timer would wait 4 ms, a fifth of a step. */
const channel = new MessageChannel();
const breathe = (): Promise<void> =>
  new Promise((done) => {
    channel.port1.onmessage = () => done();
    channel.port2.postMessage(0);
  });

let digits: Digits | undefined;
let probe: Tensor | undefined;
let run: Run | undefined;
let running = false;

async function start(): Promise<void> {
  const [started, loaded] = await Promise.all([
    startWasm({
      wasmPaths: {
        'tfjs-backend-wasm.wasm': absolute(plain),
        'tfjs-backend-wasm-simd.wasm': absolute(simd),
        'tfjs-backend-wasm-threaded-simd.wasm': absolute(threaded),
      },
    }),
    loadDigits(absolute(digitsUrl)),
  ]);
  digits = loaded;
  const indices = Array.from({ length: watched }, (_, index) => index);
  probe = tensor4d(gather(loaded.test, indices).pixels, [watched, 28, 28, 1]);
  post({
    type: 'started',
    simd: started.simd,
    threads: started.threads,
    kernels: started.kernels,
    activations: [...modelActivationNames],
    initializers: [...initializerNames],
  });
}

function build(choices: TrainingChoices): Run {
  const model = simpleCnn({
    activation: choices.activation as NonNullable<ModelOptions['activation']>,
    initializer: choices.initializer as NonNullable<ModelOptions['initializer']>,
    normalization: choices.normalization as NonNullable<ModelOptions['normalization']>,
    seed: choices.seed,
  } as ModelOptions);
  const optimizer = adam({ learningRate: choices.learningRate });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return { model, optimizer, step: 0, order: [], random: createRandom(choices.seed) };
}

/** The next images of a shuffled pass over the training set. */
function nextIndices(current: Run): number[] {
  if (current.order.length < batchSize) current.order = [...current.random.permutation(trainSize)];
  return current.order.splice(0, batchSize);
}

async function audit(current: Run): Promise<number> {
  const from = performance.now();
  const report = await auditModel(current.model, probe as Tensor);
  post({
    type: 'audit',
    step: current.step,
    samples: report.samples,
    deadFraction: report.summary.deadFraction,
    layers: report.layers.map(({ name, channels, deadChannels, perChannel }) => {
      const dead = new Set(deadChannels);
      return { name, firingRate: perChannel.firingRate, dead: Array.from({ length: channels }, (_, c) => dead.has(c)) };
    }),
  });
  return performance.now() - from;
}

async function trainStep(current: Run): Promise<StepFigures> {
  const { pixels, labels } = gather((digits as Digits).train, nextIndices(current));
  const xs = tensor4d(pixels, [batchSize, 28, 28, 1]);
  const ys = tensor2d(labels, [batchSize, 10]);
  try {
    const [loss, accuracy] = (await current.model.trainOnBatch(xs, ys)) as number[];
    current.step++;
    return { step: current.step, loss: loss ?? Number.NaN, accuracy: accuracy ?? 0 };
  } finally {
    xs.dispose();
    ys.dispose();
  }
}

async function loop(current: Run): Promise<void> {
  let audited = performance.now();
  let auditTime = current.step === 0 ? await audit(current) : 0;
  let told = performance.now();
  let figures: StepFigures[] = [];
  const tell = (): void => {
    const now = performance.now();
    if (figures.length > 0) post({ type: 'steps', figures, stepsPerSecond: (1000 * figures.length) / (now - told) });
    figures = [];
    told = now;
  };
  while (running && run === current) {
    figures.push(await trainStep(current));
    const now = performance.now();
    if (now - told >= reportEvery) tell();
    if (now - audited >= Math.min(auditTime / auditShare, longestWait)) {
      tell();
      auditTime = await audit(current);
      audited = told = performance.now();
    }
    await breathe();
  }
  tell();
}

function drop(): void {
  running = false;
  const old = run;
  run = undefined;
  old?.model.dispose();
  old?.optimizer.dispose();
}

function fail(cause: unknown): void {
  running = false;
  post({ type: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
}

/** Recycles what is dead on the watched images: the network computes what it did, and those channels can learn again. */
async function revive({ model, optimizer, step }: Run): Promise<void> {
  const report = await auditModel(model, probe as Tensor);
  await reviveChannels(model, report, { strategy: 'recycle', seed: step, optimizer });
  post({ type: 'revived', channels: report.summary.deadChannels });
}

/** Starts the loop; commands don't wait for its end, only for the step in which they come. */
function go(current: Run): void {
  running = true;
  looping = loop(current).catch(fail);
}

/** @param wasRunning whether training goes on afterwards */
async function obey(command: Command, wasRunning: boolean): Promise<void> {
  if (!digits) return;
  if (command.type === 'reset') {
    drop();
    post({ type: 'reset' });
  } else if (command.type === 'train') {
    run ??= build(command.choices);
    go(run);
  } else if (command.type === 'step') {
    run ??= build(command.choices);
    post({ type: 'steps', figures: [await trainStep(run)], stepsPerSecond: 0 });
    await audit(run);
  } else if (run && command.type !== 'pause') {
    if (command.type === 'learningRate') setLearningRate(run, command.value);
    else {
      await revive(run);
      await audit(run);
    }
    if (wasRunning) go(run);
  }
}

const setLearningRate = ({ optimizer }: Run, value: number): void => {
  (optimizer as unknown as { learningRate: number }).learningRate = value;
};

let looping: Promise<void> = start().catch(fail);
let last: Promise<void> = looping;

self.addEventListener('message', ({ data }: MessageEvent<Command>) => {
  last = last
    .then(async () => {
      const wasRunning = running;
      running = false;
      await looping;
      await obey(data, wasRunning);
    })
    .catch(fail);
});
