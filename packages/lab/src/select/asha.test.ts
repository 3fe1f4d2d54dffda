import { createRandom } from '@relumine/core';
import { describe, expect, test } from 'vitest';
import { Asha, type AshaOptions, type Trial } from './asha';
import { pairedDifference } from './paired';

const options: AshaOptions = { candidates: 9, reduction: 3, firstSeeds: 2, mostSeeds: 18, isDecided: () => false };

/** Runs trials `workers` at a time, which end in an order drawn by chance; what was tried. */
function play(asha: Asha, score: (trial: Trial) => number, workers: number, seed = 1): Trial[] {
  const random = createRandom(seed);
  const busy: Trial[] = [];
  const tried: Trial[] = [];
  for (;;) {
    while (busy.length < workers) {
      const trial = asha.next();
      if (!trial) break;
      busy.push(trial);
      tried.push(trial);
    }
    if (busy.length === 0) return tried;
    const [done] = busy.splice(random.integer(busy.length), 1);
    asha.report(done!, score(done!));
  }
}

describe('successive halving', () => {
  test.each([1, 2, 5])(
    'with %d workers: no trial twice, seeds in order, few for most and many for the best',
    (workers) => {
      const asha = new Asha(options);
      const tried = play(asha, ({ candidate, seed }) => candidate / 10 + 0.01 * Math.sin(seed), workers);
      expect(new Set(tried.map(({ candidate, seed }) => `${candidate}/${seed}`)).size).toBe(tried.length);
      const counts = asha.scores.map((scores) => scores.length);
      expect(asha.ranking()[0]).toBe(8);
      expect([counts[8], counts[7]]).toEqual([18, 18]);
      expect(counts.slice(0, 2)).toEqual([2, 2]);
      // All candidates on all seeds would be 162 trials.
      expect(tried.length).toBeLessThan(110);
    },
  );

  test('ends early when the two best are told apart', () => {
    const decided = new Asha({ ...options, isDecided: () => true });
    const open = new Asha(options);
    const score = ({ candidate }: Trial): number => -candidate;
    expect(play(decided, score, 1).length).toBeLessThan(play(open, score, 1).length);
    expect(decided.ranking()[0]).toBe(0);
  });

  test('of 200 noisy selections nearly all find one of the two good candidates', () => {
    let found = 0;
    for (let i = 0; i < 200; i++) {
      const noise = createRandom(`noise ${i}`);
      const asha = new Asha({ ...options, isDecided: (a, b) => pairedDifference(a, b).confidence > 0.95 });
      play(asha, ({ candidate }) => (candidate >= 7 ? 0.95 : 0.9) + 0.01 * noise.normal(), 2, i);
      found += Number(asha.ranking()[0]! >= 7);
    }
    expect(found).toBeGreaterThanOrEqual(198);
  });
});

describe('the paired difference', () => {
  test('what seeds share cancels out', () => {
    const luck = [0.1, -0.2, 0.05, 0.3];
    const { mean, low, high, confidence } = pairedDifference(
      luck.map((x, i) => 0.9 + x + 0.001 * i),
      luck.map((x) => 0.88 + x),
    );
    expect(mean).toBeCloseTo(0.0215, 12);
    expect([low, high].map((x) => x.toFixed(5))).toEqual(['0.01945', '0.02355']);
    expect(confidence).toBeGreaterThan(0.9999);
  });

  test('nothing is sure of one seed, of equal scores, or of a tie', () => {
    expect(pairedDifference([0.9], [0.8]).confidence).toBe(0.5);
    expect(pairedDifference([0.9, 0.9], [0.9, 0.9])).toMatchObject({ mean: 0, confidence: 0.5 });
    expect(pairedDifference([1, 0], [0, 1]).confidence).toBe(0.5);
    // The same on every seed: the t is infinite.
    expect(pairedDifference([0.75, 0.5], [0.5, 0.25]).confidence).toBe(1);
  });
});
