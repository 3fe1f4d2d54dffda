import { catalogue } from '@relumine/activations';
import { initializerNames, modelActivationNames } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import digitsUrl from '../assets/digits.bin?url';
import fashionUrl from '../assets/fashion.bin?url';
import { ownData } from './data/ownImages';
import { loadImages, packedDigits, packedFashion } from './data/packedImages';
import { planarData } from './data/planarData';
import type { TrainingData } from './data/trainingData';
import { drawCurve } from './engine/curves';
import { Session } from './engine/session';
import { Trainer } from './engine/trainer';
import { warmUp } from './engine/warmUp';
import type { ActivationEntry, Command, OwnImage, Report } from './protocol';

const post = (report: Report): void => self.postMessage(report);
const absolute = (url: string): string => new URL(url, self.location.href).href;
const sentence = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

let ready = false;
/** The page draws its first look meanwhile. */
const warmUpAfter = 150;
let isWarm = false;
let session: Session | undefined;
let trainer: Trainer | undefined;
/** Data that has been read stays: a reset must not load it again. */
let known: { key: string; data: TrainingData; images?: readonly OwnImage[] | undefined } | undefined;

function activations(): ActivationEntry[] {
  return catalogue
    .filter(({ name }) => modelActivationNames.includes(name))
    .map(({ name, parameters }) => ({
      name,
      defaults: Object.fromEntries(
        Object.entries(parameters).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
      ),
    }));
}

async function start(threads: number): Promise<void> {
  const started = await startWasm({
    threads,
    wasmPaths: {
      'tfjs-backend-wasm.wasm': absolute(plain),
      'tfjs-backend-wasm-simd.wasm': absolute(simd),
      'tfjs-backend-wasm-threaded-simd.wasm': absolute(threaded),
    },
  });
  ready = true;
  post({
    type: 'started',
    simd: started.simd,
    threads: started.threads,
    kernels: started.kernels,
    activations: activations(),
    initializers: [...initializerNames],
  });
}

async function dataFor({ plan, images }: Extract<Command, { type: 'build' }>): Promise<TrainingData> {
  const { data: name, seed } = plan;
  const key = name === 'digits' || name === 'fashion' ? name : `${name}/${seed}`;
  const chosen = images ?? known?.images;
  if (known?.key === key && (name !== 'own' || images === undefined)) return known.data;
  let data: TrainingData;
  if (name === 'digits') data = await loadImages(absolute(digitsUrl), packedDigits);
  else if (name === 'fashion') data = await loadImages(absolute(fashionUrl), packedFashion);
  else if (name === 'own') data = await ownData(chosen ?? [], seed);
  else data = planarData(name, seed);
  known = { key, data, images: name === 'own' ? chosen : known?.images };
  return data;
}

async function build(command: Extract<Command, { type: 'build' }>): Promise<void> {
  session?.dispose();
  session = undefined;
  trainer = undefined;
  const { turn, plan, script } = command;
  let what: 'data' | 'network' = 'data';
  try {
    const data = await dataFor(command);
    what = 'network';
    session = await Session.build(turn, plan, script, data);
  } catch (cause) {
    post({ type: 'refused', turn, run: -1, what, reason: sentence(cause) });
    return;
  }
  trainer = new Trainer(session, post);
  post(session.describe());
  await trainer.lookAtAll();
  if (!isWarm) setTimeout(prepare, warmUpAfter);
}

/** Once, unless training came first; until there is something to do. */
function prepare(): void {
  const before = heard;
  last = last.then(async () => {
    if (isWarm || !session || trainer?.running || session.step > 0) return;
    // What fails here fails in training as well, and is said there.
    isWarm = await warmUp(session, () => heard > before).catch(() => true);
  });
}

function fail(cause: unknown): void {
  if (trainer) trainer.running = false;
  post({ type: 'failed', message: sentence(cause) });
}

/** @param wasRunning whether training goes on afterwards */
async function obey(command: Command, wasRunning: boolean): Promise<void> {
  if (command.type === 'curve') {
    try {
      post(await drawCurve(command.activation, command.params));
    } catch (cause) {
      post({ type: 'refused', turn: session?.turn ?? -1, run: -1, what: 'act', reason: sentence(cause) });
    }
  } else if (command.type === 'build') {
    await build(command);
    return;
  } else if (command.type === 'step') await trainer?.step();
  // Who stops to look must see what is there now, of all networks at the same step.
  else if (command.type === 'pause' && wasRunning) await trainer?.lookAtAll();
  else if (command.type === 'act') await trainer?.act(command.run, command.act);
  else if (command.type === 'inspect') await trainer?.inspect(command);
  else if (command.type === 'look') await trainer?.look(command);
  const stops = command.type === 'pause' || command.type === 'drop' || command.type === 'step';
  const goesOn = command.type === 'train' || (wasRunning && !stops);
  if (goesOn) trainer?.go(fail);
}

let last: Promise<void> = Promise.resolve();
/** Counts the commands. */
let heard = 0;

self.addEventListener('message', ({ data }: MessageEvent<Command>) => {
  heard++;
  if (data.type === 'drop' && session) session.dropped = true;
  last = last
    .then(async () => {
      if (data.type === 'start') await start(data.threads);
      if (!ready) return;
      const wasRunning = trainer?.running ?? false;
      await trainer?.halt();
      await obey(data, wasRunning);
    })
    .catch(fail);
});
