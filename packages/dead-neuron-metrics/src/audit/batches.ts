import { describe, invalidArgument } from '@relumine/core';
import { dispose, slice, Tensor } from '@tensorflow/tfjs-core';

/** Input of a model: a tensor, several, or tensors by input name. */
export type ModelInput = Tensor | Tensor[] | Record<string, Tensor>;
/** One batch for an audit: inputs alone, or with labels, which are not read. */
export type Batch = ModelInput | { xs: ModelInput; ys?: unknown };

/**
 * What can be audited: a tensor or `{ xs, ys }` (borrowed, cut into batches), or an iterable of batches, such as an
 * array, a generator, an async generator or a tf.data.Dataset (each batch is disposed after use).
 */
export type AuditData = Batch | Iterable<Batch> | AsyncIterable<Batch> | { iterator(): Promise<LazyIterator> };

interface LazyIterator {
  next(): Promise<{ value: unknown; done: boolean }>;
}

/** One batch of inputs, and what must be freed after it. */
export interface InputBatch {
  readonly xs: ModelInput;
  /** Labels as they came; cut like the inputs where they are one tensor. */
  readonly ys?: unknown;
  readonly owned: unknown;
}

const where = 'dead-neuron-metrics/auditModel';

const isTensor = (value: unknown): value is Tensor =>
  value instanceof Tensor || (typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function inputsOf(batch: unknown): ModelInput {
  const xs = isObject(batch) && !isTensor(batch) && 'xs' in batch ? batch.xs : batch;
  const list = isTensor(xs) ? [xs] : isObject(xs) ? Object.values(xs) : [];
  if (list.length > 0 && list.every(isTensor)) return xs as ModelInput;
  throw invalidArgument({
    where,
    argument: 'data',
    rule: 'must yield tensors, or { xs, ys }',
    received: describe(xs),
    type: TypeError,
  });
}

const mapInputs = (xs: ModelInput, change: (one: Tensor) => Tensor): ModelInput => {
  if (isTensor(xs)) return change(xs);
  if (Array.isArray(xs)) return xs.map(change);
  return Object.fromEntries(Object.entries(xs).map(([name, one]) => [name, change(one)]));
};

/** Samples of a batch. */
export function samplesOf(xs: ModelInput): number {
  const first = isTensor(xs) ? xs : Object.values(xs)[0];
  return first?.shape[0] ?? 0;
}

const labelsOf = (batch: unknown): unknown =>
  isObject(batch) && !isTensor(batch) && 'xs' in batch ? batch.ys : undefined;

function* cut(xs: ModelInput, ys: unknown, batchSize: number): Generator<InputBatch> {
  const samples = samplesOf(xs);
  for (let start = 0; start < samples; start += batchSize) {
    const size = Math.min(batchSize, samples - start);
    const some = (one: Tensor): Tensor =>
      slice(one, [start, ...one.shape.slice(1).map(() => 0)], [size, ...one.shape.slice(1)]);
    const part = mapInputs(xs, some);
    const labels = isTensor(ys) && ys.shape[0] === samples ? some(ys) : undefined;
    yield { xs: part, ys: labels ?? ys, owned: labels ? { part, labels } : part };
  }
}

async function* lazy(iterator: LazyIterator): AsyncGenerator<unknown> {
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return;
    yield value;
  }
}

/** The batches of any data; the consumer disposes what is `owned`. */
export async function* batchesOf(data: unknown, batchSize: number): AsyncGenerator<InputBatch> {
  if (isTensor(data) || (isObject(data) && 'xs' in data)) {
    yield* cut(inputsOf(data), labelsOf(data), batchSize);
    return;
  }
  const iterable =
    isObject(data) && typeof data.iterator === 'function'
      ? lazy(await (data as { iterator(): Promise<LazyIterator> }).iterator())
      : data;
  const source = iterable as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
  if (typeof source?.[Symbol.asyncIterator] !== 'function' && typeof source?.[Symbol.iterator] !== 'function')
    throw invalidArgument({
      where,
      argument: 'data',
      rule: 'must be a tensor, { xs, ys }, an iterable of batches or a tf.data.Dataset',
      received: describe(data),
      type: TypeError,
    });
  for await (const batch of source as AsyncIterable<unknown>) {
    let xs: ModelInput;
    try {
      xs = inputsOf(batch);
    } catch (error) {
      dispose(batch as Parameters<typeof dispose>[0]);
      throw error;
    }
    yield { xs, ys: labelsOf(batch), owned: batch };
  }
}
