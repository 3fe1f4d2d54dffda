import { tensor4d } from '@tensorflow/tfjs-core';
import type { Act, Command, Progress, Report, ScriptedAct } from '../protocol';
import { breathe } from './breathe';
import { inspect, look } from './inspect';
import type { NetworkRun } from './networkRun';
import { Pace } from './pace';
import type { Session } from './session';
import { activationsOf, shownActivations } from './stateLayers';

const sentence = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Runs one session: trains it in a loop, and does in between what the page asks for. */
export class Trainer {
  running = false;
  private readonly session: Session;
  private readonly post: (report: Report) => void;
  private readonly pace: Pace;
  private looping: Promise<void> = Promise.resolve();

  constructor(session: Session, post: (report: Report) => void) {
    this.session = session;
    this.post = post;
    this.pace = new Pace(session.runs.reduce((sum, { memories }) => sum + memories.length, 0));
  }

  /** Starts the loop. Commands don't wait for its end, only for the step in which they come. */
  go(failed: (cause: unknown) => void): void {
    this.running = true;
    this.looping = this.loop().catch(failed);
  }

  async halt(): Promise<void> {
    this.running = false;
    await this.looping;
  }

  /** One step, and all that there is to see of it. */
  async step(): Promise<void> {
    await this.trainOnce();
    await this.lookAtAll();
  }

  /** One step, told but not looked at. */
  async trainOnce(): Promise<void> {
    await this.script();
    this.tell([await this.session.train()], 0);
  }

  /** @param pause between one network and the next */
  async lookAtAll(pause: () => Promise<void> = breathe): Promise<void> {
    for (const run of this.session.runs) {
      if (this.session.dropped) return;
      await this.lookAt(run);
      await pause();
    }
  }

  async act(index: number, act: Act): Promise<void> {
    const run = this.session.runs[index];
    if (!run) return;
    const { turn } = this.session;
    try {
      // What revives, prunes and proves is loaded when it is asked for.
      const { perform } = await import('./acts');
      const result = await perform(run, act, this.session.probe);
      this.post({
        type: 'acted',
        turn,
        run: index,
        step: run.step,
        result,
        choices: run.choices,
        parameters: run.model.countParams(),
      });
    } catch (cause) {
      this.post({ type: 'refused', turn, run: index, what: 'act', reason: sentence(cause) });
    }
    await this.lookAt(run);
  }

  async inspect({ run: index, layer, channel }: Extract<Command, { type: 'inspect' }>): Promise<void> {
    const run = this.session.runs[index];
    const found = run && (await inspect(run, this.session.probe, layer, channel));
    if (found) this.post({ type: 'inspected', turn: this.session.turn, run: index, ...found });
  }

  async look({ run: index, pixels, id }: Extract<Command, { type: 'look' }>): Promise<void> {
    const run = this.session.runs[index];
    const { shape } = this.session.data;
    if (!run || pixels.length !== shape[0] * shape[1] * shape[2]) return;
    const image = tensor4d(pixels, [1, ...shape]);
    try {
      const names = shownActivations(run.model).map(({ name }) => name);
      const seen = await look(run.model, activationsOf(run.model), names, image);
      this.post({ type: 'looked', id, turn: this.session.turn, run: index, ...seen });
    } finally {
      image.dispose();
    }
  }

  private async loop(): Promise<void> {
    this.pace.hasLooked(performance.now());
    let steps: Progress['steps'] = [];
    const tell = (): void => {
      if (steps.length > 0) this.tell(steps, (1000 * steps.length) / this.pace.tell());
      steps = [];
    };
    let worksFrom = performance.now();
    const pause = async (): Promise<void> => {
      const rest = this.pace.rest(performance.now() - worksFrom);
      await (rest > 0 && this.running ? new Promise((done) => setTimeout(done, rest)) : breathe());
      worksFrom = performance.now();
    };
    while (this.running) {
      if (await this.script()) this.pace.tell();
      steps.push(await this.session.train(pause));
      if (this.pace.shouldLook()) {
        tell();
        const from = performance.now();
        // All at the same step: networks are compared by what is seen of them.
        await this.lookAtAll(pause);
        this.pace.hasLooked(from);
      } else if (this.pace.shouldTell()) tell();
      await pause();
    }
    tell();
  }

  /** @returns whether there was anything to do */
  private async script(): Promise<boolean> {
    const due: ScriptedAct[] = this.session.due();
    for (const { run, act } of due) await this.act(run, act);
    return due.length > 0;
  }

  private tell(steps: Progress['steps'], stepsPerSecond: number): void {
    const { turn } = this.session;
    this.post({ type: 'steps', turn, steps, stepsPerSecond });
    for (const run of this.session.runs) {
      const events = run.takeEvents();
      if (events.length > 0) this.post({ type: 'events', turn, run: run.index, events });
    }
  }

  private async lookAt(run: NetworkRun): Promise<void> {
    this.post(await this.session.audit(run));
  }
}
