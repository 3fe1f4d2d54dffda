import type { Locator, Page } from 'playwright';
import { expect, test, vi } from 'vitest';
import { pixelsOf } from './pixels';
import { cellsOf, isolating, stepOf, trainFor, visit } from './visit';

vi.setConfig({ testTimeout: 180_000 });
const patient = { timeout: 45_000 };
/** A network that loses channels within some twenty steps. */
const deadly = '?lang=en&data=circles&kind=dense&depth=2&width=32&activation=relu&learningRate=0.3';
const pause = (page: Page): Promise<void> => page.getByRole('button', { name: 'Pause' }).click();
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const result = (page: Page) => (): Promise<string | null> => page.getByTestId('result').textContent();
const deadOf = async (page: Page): Promise<number[]> =>
  (await cellsOf(page)).flatMap((label, cell) => (/: (born )?dead/.test(label) ? [cell] : []));

/** Trains, pauses, and waits until the last look is that of the last step. */
async function lose(page: Page, steps = 40): Promise<number[]> {
  await trainFor(page, steps);
  await pause(page);
  const before = await stepOf(page);
  await button(page, 'Step').click();
  await expect.poll(() => stepOf(page), patient).toBeGreaterThan(before);
  await expect.poll(async () => (await deadOf(page)).length, patient).toBeGreaterThan(3);
  return deadOf(page);
}

test.each([
  ['recycle', /^(\d+) channels? (?:was|were) recycled/],
  ['reinitialize', /^(\d+) channels? (?:has|have) new incoming weights/],
  ['bias', /^The bias of (\d+) channels? was set/],
])('%s: the dead channels of the network light up, and the page says how many', async (strategy, sentence) => {
  await visit({ headers: isolating, query: deadly }, async ({ page, complaints }) => {
    const dead = await lose(page);
    const weights = await page.locator('.network-size').textContent();
    const surface = await surfaceOf(page);
    await page.getByLabel('Way to revive').selectOption(strategy);
    await button(page, 'Revive').click();
    await expect.poll(result(page), patient).toMatch(sentence);
    expect(Number(sentence.exec((await result(page)()) ?? '')?.[1])).toBe(dead.length);
    // Most of them fire again, and are marked as revived; what fires is no longer called dead.
    const revived = async (): Promise<number> =>
      (await cellsOf(page)).filter((label, cell) => dead.includes(cell) && label.includes(': revived')).length;
    await expect.poll(revived, patient).toBeGreaterThan(dead.length / 2);
    await expect.poll(async () => (await deadOf(page)).length, patient).toBeLessThan(dead.length / 2);
    if (strategy === 'bias') {
      const rates = (await cellsOf(page)).flatMap((label, cell) =>
        dead.includes(cell) && label.includes(': revived') ? Number(/fires on ([\d.]+) %/.exec(label)?.[1]) : [],
      );
      for (const rate of rates) expect(rate).toBeGreaterThan(10);
    }
    // Recycling alone leaves what the network says of the plane as it was.
    if (strategy === 'recycle') expect(await surfaceOf(page)).toBe(surface);
    else await expect.poll(() => surfaceOf(page), patient).not.toBe(surface);
    // Nothing was added or taken away, and it trains on.
    expect(await page.locator('.network-size').textContent()).toBe(weights);
    const before = await stepOf(page);
    await trainOn(page, before + 5);
    expect(complaints).toEqual([]);
  });
});

test('dead channels are removed: their cells go, weights and time shrink, outputs stay', async () => {
  await visit({ headers: isolating, query: deadly }, async ({ page, complaints }) => {
    const dead = await lose(page);
    const cells = (await cellsOf(page)).length;
    const weights = await numberIn(page.locator('.network-size'));
    const accuracy = await page.getByTestId('accuracy').textContent();
    await button(page, 'Remove dead channels').click();
    const sentence =
      /^(\d+) channels? (?:is|are) gone: ([\d.]+) kB → ([\d.]+) kB, forward pass ([\d.]+) → ([\d.]+) ms; outputs differ by (\S+) at most\.$/;
    await expect.poll(result(page), patient).toMatch(sentence);
    const [removed, before, after, slow, fast, difference] = sentence
      .exec((await result(page)()) ?? '')!
      .slice(1)
      .map(Number);
    expect(removed).toBe(dead.length);
    expect(after).toBeLessThan(before!);
    expect(slow).toBeGreaterThanOrEqual(0);
    expect(fast).toBeGreaterThanOrEqual(0);
    expect(difference).toBeLessThan(1e-4);
    await expect.poll(async () => (await cellsOf(page)).length, patient).toBe(cells - removed!);
    await expect.poll(() => deadOf(page), patient).toEqual([]);
    expect(await numberIn(page.locator('.network-size'))).toBeLessThan(weights);
    expect(after! / before!).toBeCloseTo((await numberIn(page.locator('.network-size'))) / weights, 1);
    expect(await page.getByTestId('accuracy').textContent()).toBe(accuracy);
    await trainOn(page, (await stepOf(page)) + 5);
    expect(complaints).toEqual([]);
  });
});

test('int8 is previewed: a quarter of the bytes, its accuracy beside today’s, and the network stays as it is', async () => {
  await visit({ headers: isolating, query: deadly.replace('0.3', '0.03') }, async ({ page, complaints }) => {
    await trainFor(page, 60);
    await pause(page);
    const [step, cells] = [await stepOf(page), await cellsOf(page)];
    await button(page, 'Preview int8').click();
    const sentence =
      /^With int8 weights: ([\d.]+) kB → ([\d.]+) kB, accuracy ([\d.]+) % → ([\d.]+) %, (no|\d+) channels? dies?/;
    await expect.poll(result(page), patient).toMatch(sentence);
    const [before, after, accuracy, rounded] = sentence
      .exec((await result(page)()) ?? '')!
      .slice(1, 5)
      .map(Number);
    expect(before! / after!).toBeCloseTo(4, 0);
    expect(accuracy).toBe(await numberIn(page.getByTestId('accuracy')));
    expect(Math.abs(rounded! - accuracy!)).toBeLessThan(10);
    expect(await stepOf(page)).toBe(step);
    await expect.poll(() => cellsOf(page), patient).toHaveLength(cells.length);
    expect(complaints).toEqual([]);
  });
});

/** What is drawn of the plane, when it has been the same for half a second. */
async function surfaceOf(page: Page): Promise<string> {
  const canvas = page.locator('.surface canvas');
  for (let before = ''; ; ) {
    const now = Buffer.from((await pixelsOf(canvas)).data).toString('base64');
    if (now === before) return now;
    before = now;
    await page.waitForTimeout(500);
  }
}

async function trainOn(page: Page, until: number): Promise<void> {
  await page.locator('.rl-primary').click();
  await expect.poll(() => stepOf(page), patient).toBeGreaterThanOrEqual(until);
}

async function numberIn(place: Locator): Promise<number> {
  return Number.parseFloat(((await place.textContent()) ?? '').replaceAll(',', ''));
}
