import { expect, test } from 'vitest';
import { createRandom } from './random';

test('the same seed gives the same stream; fork does not depend on what was drawn', () => {
  const [a, b] = [createRandom(7), createRandom(7)];
  const draws = Array.from({ length: 1000 }, () => a.normal());
  expect(Array.from({ length: 1000 }, () => b.normal())).toEqual(draws);
  expect(a.fork('x').uniform()).toBe(createRandom(7).fork('x').uniform());
  expect(createRandom(7).uniform()).not.toBe(createRandom('7').uniform());
});

test('the first numbers of seed 1 are fixed: changing them would change every seeded result', () => {
  const random = createRandom(1);
  expect([random.uniform(), random.uniform(), random.integer(100)]).toMatchInlineSnapshot(`
    [
      0.09016683021152117,
      0.14360497592975952,
      94,
    ]
  `);
});

test('moments of 200,000 normals lie within 5 standard errors', () => {
  const random = createRandom('moments');
  const n = 200_000;
  let [sum, squares, fourth] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const z = random.normal();
    sum += z;
    squares += z * z;
    fourth += z ** 4;
  }
  expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  expect(Math.abs(fourth / n - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
});

test('integer and permutation are uniform and complete', () => {
  const random = createRandom(3);
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i++) counts[random.integer(6)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(60_000 * (1 / 6) * (5 / 6)));
  expect([...random.permutation(50)].sort((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(random.permutation(0)).toHaveLength(0);
});

test('bad arguments are named', () => {
  expect(() => createRandom(Number.NaN)).toThrow(
    new TypeError('[relumine/core/createRandom] `seed` must be a finite number or a string. Received: NaN.'),
  );
  expect(() => createRandom(1).integer(0)).toThrow('`bound` must be an integer from 1 to 4294967296. Received: 0.');
});
