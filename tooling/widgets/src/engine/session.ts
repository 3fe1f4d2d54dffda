import { createRandom, type Random } from '@relumine/core';
import { tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { gather, sizeOf, type TrainingData } from '../data/trainingData';
import { fitted, type TrainingPlan } from '../plan/plan';
import type { Audited, Built, Progress, ScriptedAct } from '../protocol';
import { breathe } from './breathe';
import { zHistograms } from './histograms';
import { buildNetwork } from './network';
import { NetworkRun } from './networkRun';
import { Probe } from './probe';
import { decisionSurface } from './surface';

const batchSize = 32;
/** z is spread alike in 16 images and in 128, and counting takes an eighth of the time. */
const countedSamples = 16;
const shownSamples = 2;
/** Milliseconds of training after which there is a pause, between one network and the next. */
const longestBreath = 10;

/** One plan in training: its data, its networks, all on the same batches. */
export class Session {
  readonly turn: number;
  readonly plan: TrainingPlan;
  readonly script: ScriptedAct[];
  readonly data: TrainingData;
  readonly probe: Probe;
  readonly runs: NetworkRun[] = [];
  step = 0;
  /** Others come in its place: what is under way ends with the network that it is at. */
  dropped = false;
  private readonly random: Random;
  private order: number[] = [];

  private constructor(turn: number, plan: TrainingPlan, script: readonly ScriptedAct[], data: TrainingData) {
    this.turn = turn;
    this.plan = plan;
    this.script = [...script];
    this.data = data;
    this.probe = new Probe(data);
    this.random = createRandom(plan.seed);
  }

  /** @throws what building a network throws; nothing is left of it then */
  static async build(
    turn: number,
    plan: TrainingPlan,
    script: readonly ScriptedAct[],
    data: TrainingData,
  ): Promise<Session> {
    const session = new Session(turn, plan, script, data);
    try {
      for (const [index, network] of plan.networks.entries()) {
        const choices = fitted(network, plan.data);
        session.runs.push(new NetworkRun(index, choices, await buildNetwork(choices, data, plan.seed)));
      }
      return session;
    } catch (error) {
      session.dispose();
      throw error;
    }
  }

  describe(): Built {
    const { classes, train, points } = this.data;
    return {
      type: 'built',
      turn: this.turn,
      classes,
      trainSize: train.labels.length,
      watched: this.probe.size,
      ...(points ? { points } : { samples: this.samples() }),
      parameters: this.runs.map(({ model }) => model.countParams()),
    };
  }

  /**
   * One update of every network, on the same batch; of those that it came to, where it was dropped.
   *
   * @param pause between one network and the next, where they take long
   */
  async train(pause: () => Promise<void> = breathe): Promise<Progress['steps'][number]> {
    const { shape, classes, train } = this.data;
    const indices = this.nextIndices();
    const { values, labels } = gather(train, indices, sizeOf(this.data), classes.length);
    const xs = tensor4d(values, [indices.length, ...shape]);
    const ys = tensor2d(labels, [indices.length, classes.length]);
    const loss: number[] = [];
    const accuracy: number[] = [];
    let breathed = performance.now();
    try {
      for (const run of this.runs) {
        if (performance.now() - breathed > longestBreath) {
          await pause();
          breathed = performance.now();
        }
        if (this.dropped) break;
        const figures = await run.train(xs, ys);
        loss.push(figures.loss);
        accuracy.push(figures.accuracy);
      }
      this.step++;
      return { step: this.step, loss, accuracy };
    } finally {
      xs.dispose();
      ys.dispose();
    }
  }

  async audit(run: NetworkRun): Promise<Audited> {
    const report = await run.audit(this.probe.xs, this.probe.size);
    const surface = this.data.points ? await decisionSurface(run.model) : undefined;
    const layers = report.layers.map(({ name, channels, deadChannels, nearlyDeadChannels, perChannel }, i) => ({
      name,
      firingRate: perChannel.firingRate,
      marks: run.memories[i]?.mark(channels, deadChannels, nearlyDeadChannels) ?? [],
      certified: run.certified[i] ?? [],
    }));
    const channels = layers.reduce((sum, { marks }) => sum + marks.length, 0);
    const dead = report.layers.reduce((sum, { deadChannels }) => sum + deadChannels.length, 0);
    return {
      type: 'audit',
      turn: this.turn,
      run: run.index,
      step: run.step,
      samples: report.samples,
      testAccuracy: this.probe.accuracy(run.guesses),
      deadFraction: dead / Math.max(1, channels),
      layers,
      histograms: await zHistograms(run.model, this.probe.xs, this.data.points ? this.probe.size : countedSamples),
      ...(surface ? { surface } : {}),
    };
  }

  /** What the scene does now by itself. */
  due(): ScriptedAct[] {
    const now = this.script.filter(({ step }) => step <= this.step);
    for (const one of now) this.script.splice(this.script.indexOf(one), 1);
    return now;
  }

  dispose(): void {
    for (const run of this.runs) run.dispose();
    this.probe.dispose();
  }

  /** The next samples of a shuffled pass over the training set. */
  private nextIndices(): number[] {
    const size = this.data.train.labels.length;
    const batch = Math.min(batchSize, size);
    if (this.order.length < batch) this.order = [...this.random.permutation(size)];
    return this.order.splice(0, batch);
  }

  /** The first training images of each class, to show what is learned. */
  private samples(): NonNullable<Built['samples']> {
    const { train, classes } = this.data;
    const size = sizeOf(this.data);
    const found = classes.flatMap((_, label) => {
      const indices: number[] = [];
      for (let i = 0; i < train.labels.length && indices.length < shownSamples; i++)
        if (train.labels[i] === label) indices.push(i);
      return indices;
    });
    const pixels = new Uint8Array(found.length * size);
    found.forEach((index, row) => {
      pixels.set(train.values.subarray(index * size, (index + 1) * size), row * size);
    });
    return { pixels, labels: Uint8Array.from(found, (index) => train.labels[index] ?? 0) };
  }
}
