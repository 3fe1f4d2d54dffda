import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, chai, describe, expect, test, vi } from 'vitest';
import { startWasm } from '../index';
import { bundleTests } from './bundleTests.testing';

/*
 * tfjs-core's own tests of its operations, on the wasm backend with our kernels: 2,901 of them, of which the stock backend
 * fails 197. What is left out is not float32: complex and ragged tensors and strings, which the backend does not have.
 */
const outside =
  /complex|string|ragged|1D IFFT|2D IFFT|squeeze > (default|specific dimension|all ones|squeeze only ones)$|(add|sub) > upcasts when dtypes dont match/i;

/** Where we differ on purpose. */
const differently: Readonly<Record<string, string>> = {
  'maxPool > [x=[3,3,1] f=[2,2] s=1 ignores NaNs':
    'a NaN is the maximum of its window: who looks for broken units sees it',
  'avgPool > gradient x=[3,3,1] f=[3,3] s=1 p=explicit':
    'the gradient divides by the pixels inside the image, as the value does',
};

chai.use((_, { addMethod }) => {
  addMethod(chai.Assertion.prototype, 'nothing', () => undefined);
  addMethod(
    chai.Assertion.prototype,
    'toBeRejectedWithError',
    async function (this: { _obj: Promise<unknown> }, pattern: unknown) {
      await expect(this._obj).rejects.toThrow(pattern as RegExp);
    },
  );
});

type Done = (() => void) & { fail: (reason: unknown) => void };
type Body = (done?: Done) => unknown;

/** Jasmine's form with a callback, as a promise. */
const promised = (body: Body): (() => unknown) =>
  body.length === 0
    ? () => body()
    : () => new Promise<void>((resolve, reject) => body(Object.assign(resolve, { fail: reject })));

const path: string[] = [];

const globals = {
  jasmine: {},
  describe(name: string, body: () => void): void {
    if (outside.test(name)) return;
    describe(name, () => {
      path.push(name.replace(' wasm {}', ''));
      body();
      path.pop();
    });
  },
  it(name: string, body: Body): void {
    const fullName = [...path, name].join(' > ');
    if (outside.test(fullName)) return;
    if (fullName in differently) test.fails(`${name} (${differently[fullName]})`, promised(body) as () => void);
    else test(name, promised(body) as () => void);
  },
  beforeAll,
  beforeEach,
  afterAll,
  afterEach,
  expect,
  expectAsync: expect,
  spyOn: vi.spyOn,
  fail(reason: string): never {
    throw new Error(reason);
  },
};

const bundle = await bundleTests();
afterAll(() => rmSync(dirname(dirname(bundle)), { recursive: true }));
vi.spyOn(console, 'warn').mockImplementation(() => undefined);
await startWasm();
Object.assign(globalThis, globals);
const { setTestEnvs, load } = (await import(/* @vite-ignore */ pathToFileURL(bundle).href)) as {
  setTestEnvs(environments: object[]): void;
  load(): Promise<void>;
};
setTestEnvs([{ name: 'wasm', backendName: 'wasm', flags: {}, isDataSync: true }]);
await load();
