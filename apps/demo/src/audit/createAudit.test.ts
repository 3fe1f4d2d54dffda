import { afterEach, beforeEach, expect, type Mock, test, vi } from 'vitest';
import { type Audit, type AuditWorker, createAudit } from './createAudit';
import type { AuditAnswer, Audited } from './protocol';

const files = (...paths: string[]): (() => Promise<{ path: string; file: File }[]>) => {
  return async () => paths.map((path) => ({ path, file: new File([], path) }));
};
const audited = { type: 'audited', json: '{}', html: '', summary: {} } as unknown as Audited;
const options = { scaling: 'unit', limit: 10, certify: true } as const;

interface FakeWorker extends AuditWorker {
  terminate: Mock<() => void>;
  postMessage: Mock<(message: unknown) => void>;
}

let worker: FakeWorker;
let audit: Audit;
const answer = (data: AuditAnswer): void => worker.onmessage?.call({} as Worker, { data } as MessageEvent);

beforeEach(() => {
  vi.useFakeTimers();
  audit = createAudit(() => {
    worker = { postMessage: vi.fn(), terminate: vi.fn(), onmessage: null, onerror: null };
    return worker;
  }, 1000);
});
afterEach(() => {
  vi.useRealTimers();
});

test('a model takes the place of the one before, images that of the images, and weights may follow', async () => {
  await audit.add(files('model.json', 'w.bin', 'a.png'));
  await audit.add(files('b.png', 'c.png'));
  expect(audit.state.images.map(({ path }) => path)).toEqual(['b.png', 'c.png']);
  await audit.add(files('other/model.json'));
  await audit.add(files('other/w.bin'));
  expect(audit.state.model.map(({ path }) => path)).toEqual(['other/model.json', 'other/w.bin']);
});

test('an audit goes through its stages, and its worker is ended', async () => {
  await audit.add(files('model.json', 'w.bin', 'a.png'));
  audit.run(options);
  expect(worker.postMessage.mock.calls[0]?.[0]).toMatchObject({ certify: true, files: [{}, {}, {}] });
  answer({ type: 'progress', done: 3, total: 10 });
  expect(audit.state).toMatchObject({ phase: 'running', done: 3, total: 10 });
  answer(audited);
  answer({ type: 'proving' });
  expect(audit.state).toMatchObject({ phase: 'proving', audited: { json: '{}' } });
  answer({ type: 'finished' });
  expect(audit.state.phase).toBe('done');
  expect(worker.terminate).toHaveBeenCalledOnce();
});

test('silence ends an audit with a sentence; a sign of life puts it off; what was found stays while proofs are missing', () => {
  audit.run(options);
  vi.advanceTimersByTime(900);
  answer({ type: 'progress', done: 1, total: 10 });
  vi.advanceTimersByTime(900);
  expect(audit.state.phase).toBe('running');
  vi.advanceTimersByTime(200);
  expect(audit.state).toMatchObject({ phase: 'failed', problem: { code: 'silent', values: { seconds: 1 } } });
  expect(worker.terminate).toHaveBeenCalledOnce();

  audit.run(options);
  answer(audited);
  answer({ type: 'proving' });
  vi.advanceTimersByTime(1_000_000);
  expect(audit.state).toMatchObject({ phase: 'done', audited: { uncertified: 'silent' }, problem: undefined });
});

test('a crash is said, and the next audit gets a worker of its own', () => {
  audit.run(options);
  const first = worker;
  first.onerror?.call({} as Worker, { message: 'out of memory' } as ErrorEvent);
  expect(audit.state).toMatchObject({
    phase: 'failed',
    problem: { code: 'crashed', values: { detail: 'out of memory' } },
  });
  audit.run(options);
  expect(worker).not.toBe(first);
  expect(audit.state).toMatchObject({ phase: 'running', problem: undefined });
});

test('stop and clear end the worker; after a stop the files are still there', async () => {
  await audit.add(files('model.json', 'a.png'));
  audit.run(options);
  audit.stop();
  expect(worker.terminate).toHaveBeenCalledOnce();
  expect(audit.state).toMatchObject({ phase: 'waiting', model: [{ path: 'model.json' }] });
  audit.clear();
  expect(audit.state).toMatchObject({ model: [], images: [] });
});

test('a drop that can not be read ends as a problem', async () => {
  await audit.add(async () => {
    throw new Error('gone');
  });
  expect(audit.state).toMatchObject({ phase: 'failed', problem: { code: 'auditFails', values: { detail: 'gone' } } });
});
