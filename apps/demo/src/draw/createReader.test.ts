import { expect, test, vi } from 'vitest';
import { createReader, type ReaderWorker } from './createReader';
import type { DigitAnswer, ReaderAnswer } from './protocol';

function start() {
  const workers: (ReaderWorker & { sent: { id: number; pixels: Float32Array }[] })[] = [];
  const answers: DigitAnswer[] = [];
  const reader = createReader(
    () => {
      const sent: { id: number; pixels: Float32Array }[] = [];
      const worker = {
        sent,
        postMessage: (m: (typeof sent)[0]) => sent.push(m),
        terminate: vi.fn(),
        onmessage: null,
        onerror: null,
      };
      workers.push(worker as unknown as (typeof workers)[0]);
      return workers.at(-1)!;
    },
    (answer) => answers.push(answer),
  );
  const say = (data: ReaderAnswer): void => workers.at(-1)!.onmessage?.call({} as Worker, { data } as MessageEvent);
  const crash = (): void => workers.at(-1)!.onerror?.call({} as Worker, {} as ErrorEvent);
  return { reader, workers, answers, say, crash };
}

const pixels = (value: number): Float32Array => new Float32Array(784).fill(value);
const answer = (id: number): ReaderAnswer => ({ type: 'answer', id, layers: [], probabilities: new Float32Array(10) });

test('of questions that come faster than answers, the last is asked', () => {
  const { reader, workers, answers, say } = start();
  say({ type: 'ready' });
  for (const value of [0.1, 0.2, 0.3]) reader.ask(pixels(value));
  expect(workers[0]!.sent).toHaveLength(1);
  say(answer(1));
  expect(workers[0]!.sent.map((m) => m.pixels[0])).toEqual([Math.fround(0.1), Math.fround(0.3)]);
  say(answer(2));
  expect(answers).toHaveLength(2);
});

test('a worker that crashes is started again with the open question, and not for ever', () => {
  const { reader, workers, answers, say, crash } = start();
  reader.ask(pixels(0.5));
  crash();
  expect(reader.state).toMatchObject({ phase: 'starting', restarts: 1 });
  expect(workers).toHaveLength(2);
  expect(workers[1]!.sent[0]!.pixels[0]).toBe(0.5);
  say({ type: 'ready' });
  say(answer(workers[1]!.sent[0]!.id));
  expect(answers).toHaveLength(1);
  for (let i = 0; i < 3; i++) crash();
  expect(reader.state.phase).toBe('failed');
  expect(workers).toHaveLength(4);
});
