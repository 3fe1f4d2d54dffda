import type { Random } from '@relumine/core';
import {
  add,
  addN,
  engine,
  grads,
  maximum,
  minimum,
  mul,
  type Scalar,
  sign,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { forward } from './forward';
import type { Interval } from './interval';
import { type Point, pointOf, pointsOf, tensorsOf } from './points';
import { keyOf, type LayerRecord, pendingOf } from './record';
import { score, scored } from './score';

/** How hard to look for inputs on which a channel fires. */
export interface SearchOptions {
  /** Random points of the box. */
  samples: number;
  /** Steps of gradient ascent on z for each channel that no random point wakes. */
  ascentSteps: number;
  /** How often the ascent starts anew. */
  restarts: number;
}

const batchSize = 16;

/** tfjs keeps what a tape has saved if the gradient fails, and the tape with it. */
function dropTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0) return;
  for (const node of state.activeTape ?? []) for (const saved of node.saved ?? []) saved.dispose();
  state.activeTape = [];
}

/** A search for witnesses of all undecided channels of `records`; it decides those for which it finds one. */
export class WitnessSearch {
  readonly witnesses: Point[] = [];
  private readonly model: LayersModel;
  private readonly box: readonly Interval[];
  private readonly records: ReadonlyMap<string, LayerRecord>;
  private readonly random: Random;
  private differentiable: boolean | 'unknown' = 'unknown';

  constructor(model: LayersModel, box: readonly Interval[], records: ReadonlyMap<string, LayerRecord>, random: Random) {
    this.model = model;
    this.box = box;
    this.records = records;
    this.random = random;
  }

  async run({ samples, ascentSteps, restarts }: SearchOptions): Promise<void> {
    for (let done = 0; done < samples && this.pending().length > 0; done += batchSize) {
      const points = Array.from({ length: Math.min(batchSize, samples - done) }, (_, i) =>
        pointOf(this.box, done + i, this.random),
      );
      await this.tryAll(points);
    }
    for (let round = 0; round < restarts && ascentSteps > 0 && this.differentiable; round++) {
      const pending = this.pending();
      for (let i = 0; i < pending.length; i += batchSize) {
        const chunk = pending.slice(i, i + batchSize).filter(([record, c]) => record.verdicts[c] === undefined);
        if (chunk.length > 0) await this.ascend(chunk, ascentSteps);
      }
    }
  }

  private pending(): [LayerRecord, number][] {
    return [...this.records.values()].flatMap((record) =>
      pendingOf(record).map((c): [LayerRecord, number] => [record, c]),
    );
  }

  /** Scores of every record, `[batch, channels]`. Inside a tidy. */
  private scores(inputs: readonly Tensor[]): Map<string, Tensor2D> {
    const scores = new Map<string, Tensor2D>();
    forward(this.model, inputs, (use, z) => {
      const key = keyOf(use);
      const record = this.records.get(key);
      if (!record) return;
      const found = score(z, record.activation.at(0).target);
      const before = scores.get(key);
      scores.set(key, before ? maximum(before, found) : found);
    });
    return scores;
  }

  /** Runs the points through the model and takes as witnesses those that wake an undecided channel. */
  private async tryAll(points: readonly Point[]): Promise<void> {
    const found = await this.read(points);
    for (const [i, point] of points.entries()) {
      const wakes = [...found].some(([key, values]) => {
        const record = this.records.get(key)!;
        return pendingOf(record).some((c) => this.fires(record, c, values[i * record.channels + c]!));
      });
      if (wakes) await this.verify(point);
    }
  }

  private async read(points: readonly Point[]): Promise<Map<string, Float32Array>> {
    const scores = tidy(() => {
      const inputs = tensorsOf(this.box, points);
      const byKey = this.scores(inputs);
      // As an object, so that tidy sees what to keep.
      return Object.fromEntries(byKey);
    });
    const read = new Map<string, Float32Array>();
    try {
      for (const [key, values] of Object.entries(scores)) read.set(key, (await values.data()) as Float32Array);
    } finally {
      for (const values of Object.values(scores)) values.dispose();
    }
    for (const [key, values] of read) this.contradict(this.records.get(key)!, values);
    return read;
  }

  private fires(record: LayerRecord, channel: number, value: number): boolean {
    const f = record.activation.at(channel);
    return f.firesAt(scored(value, f.target));
  }

  /** What the backend computed must agree with what was proved of its arithmetic. */
  private contradict(record: LayerRecord, values: Float32Array): void {
    for (const [i, value] of values.entries()) {
      const c = i % record.channels;
      if (record.verdicts[c] !== 'dead' || !this.fires(record, c, value)) continue;
      throw new Error(
        `[relumine/dead-neuron-metrics/certify] channel ${c} of '${record.name}' fires at z = ${value}, outside its bounds. Certificates hold for float32 arithmetic: use a backend that computes in it.`,
      );
    }
  }

  /** A forward pass of this point alone decides: what a batch said may be rounded another way. */
  private async verify(point: Point): Promise<void> {
    const found = await this.read([point]);
    let taken = false;
    for (const [key, values] of found) {
      const record = this.records.get(key)!;
      for (const c of pendingOf(record)) {
        if (!this.fires(record, c, values[c]!)) continue;
        record.verdicts[c] = 'canFire';
        record.witness[c] = this.witnesses.length;
        taken = true;
      }
    }
    if (taken) this.witnesses.push(point);
  }

  /** Climbs from one start point for each channel, all together. */
  private async ascend(channels: readonly [LayerRecord, number][], steps: number): Promise<void> {
    const masks = this.masks(channels);
    const lows = this.box.map(({ lo, shape }) => tensor(Float32Array.from(lo), [1, ...shape], 'float32'));
    const highs = this.box.map(({ hi, shape }) => tensor(Float32Array.from(hi), [1, ...shape], 'float32'));
    let x = tensorsOf(
      this.box,
      channels.map((_, i) => pointOf(this.box, 3 + i, this.random)),
    );
    try {
      for (let step = 0; step < steps; step++) {
        const next = tidy(() => {
          const slopes = this.slopes(x, masks);
          const rate = 0.5 * 0.85 ** step;
          return slopes?.map((slope, i) => {
            const move = mul(mul(sub(highs[i]!, lows[i]!), rate), sign(slope));
            return minimum(maximum(add(x[i]!, move), lows[i]!), highs[i]!);
          });
        });
        if (!next) break;
        for (const old of x) old.dispose();
        x = next;
      }
      await this.tryAll(await pointsOf(x, channels.length));
    } finally {
      for (const t of [...x, ...lows, ...highs, ...masks.values()]) t.dispose();
    }
  }

  /** The gradients of the masked scores; undefined once the backend has shown that it can't differentiate the model. */
  private slopes(x: readonly Tensor[], masks: ReadonlyMap<string, Tensor2D>): Tensor[] | undefined {
    if (!this.differentiable) return undefined;
    const objective = (...inputs: Tensor[]): Scalar => {
      const scores = this.scores(inputs);
      return addN([...masks].map(([key, mask]) => sum(mul(scores.get(key)!, mask)))) as Scalar;
    };
    // Without a gradient first: what fails here is not the differentiation, and must be heard.
    if (this.differentiable === 'unknown') objective(...x);
    try {
      const slopes = grads(objective)([...x]);
      this.differentiable = true;
      return slopes;
    } catch {
      this.differentiable = false;
      dropTape();
      return undefined;
    }
  }

  /** Per record `[batch, channels]`: 1 where point `b` climbs for that channel. */
  private masks(channels: readonly [LayerRecord, number][]): Map<string, Tensor2D> {
    const masks = new Map<string, Tensor2D>();
    for (const [key, record] of this.records) {
      const mask = new Float32Array(channels.length * record.channels);
      for (const [b, [owner, c]] of channels.entries()) if (owner === record) mask[b * record.channels + c] = 1;
      if (mask.some((v) => v === 1)) masks.set(key, tensor(mask, [channels.length, record.channels]) as Tensor2D);
    }
    return masks;
  }
}
