import type { Page } from 'playwright';
import { expect, test, vi } from 'vitest';
import { coloursDown, inkOn } from './pixels';
import { isolating, stepOf, trainFor, visit } from './visit';

vi.setConfig({ testTimeout: 180_000 });
const patient = { timeout: 45_000 };
const pause = (page: Page): Promise<void> => page.getByRole('button', { name: 'Pause' }).click();
const labelOf = (page: Page, selector: string) => (): Promise<string | null> =>
  page.locator(`${selector} canvas`).first().getAttribute('aria-label', patient);

test('the mouse over a channel shows its kernel, and the images that excite it most', async () => {
  const query = '?lang=en&activation=relu&depth=2&width=8&learningRate=0.001';
  await visit({ headers: isolating, query }, async ({ page, complaints }) => {
    const detail = page.getByTestId('channel');
    expect(await detail.textContent(patient)).toContain('Point at a square');
    for (const [layer, channel, kernel] of [
      [1, 3, '3 × 3 × 1'],
      [2, 5, '3 × 3 × 8'],
    ] as const) {
      const cells = page
        .locator('.layers .rl-layer')
        .nth(layer - 1)
        .locator('.rl-cell');
      await cells.nth(channel).hover(patient);
      await expect.poll(() => detail.textContent(), patient).toContain(`Layer ${layer}, channel ${channel}`);
      await expect.poll(() => detail.textContent(), patient).toContain(`Kernel ${kernel}`);
      const images = detail.getByRole('img', { name: /^\d: z = -?\d/ });
      await expect.poll(() => images.count(), patient).toBe(6);
      // The most exciting one first.
      const peaks = await images.evaluateAll((all) =>
        all.map((one) => Number(one.getAttribute('aria-label')?.split('z = ')[1])),
      );
      expect(peaks).toEqual([...peaks].sort((a, b) => b - a));
      expect(await cells.nth(channel).getAttribute('data-selected')).toBe('true');
    }
    expect(complaints).toEqual([]);
  });
});

test('curves of loss, accuracy and dead fraction are drawn for all four networks, from the first step to the last', async () => {
  const rates = '0.3,0.03,0.003,0.0003';
  const query = `?lang=en&data=circles&kind=dense&depth=2&width=16&activation=relu,relu,relu,relu&learningRate=${rates}`;
  await visit({ headers: isolating, query }, async ({ page, complaints }) => {
    await trainFor(page, 60);
    await pause(page);
    const curves = page.locator('.curves figure');
    await expect.poll(() => curves.count(), patient).toBe(3);
    const shown: string[] = [];
    for (const curve of await curves.all()) {
      await curve.scrollIntoViewIfNeeded();
      for (const run of [1, 2, 3, 4])
        await expect
          .poll(() => inkOn(curve.locator('canvas'), `run-${run}`), { ...patient, message: `run ${run}` })
          .toBeGreaterThan(50);
      shown.push((await curve.locator('canvas').getAttribute('aria-label')) ?? '');
    }
    expect(shown[0]).toMatch(/^Dead channels over steps; now A \d+ %, B \d+ %, C \d+ %, D \d+ %$/);
    expect(shown[1]).toMatch(/^Loss over steps; now A [\d.]+, B [\d.]+, C [\d.]+, D [\d.]+$/);
    expect(shown[2]).toMatch(/^Accuracy on the training batches over steps; now A \d+ %, B \d+ %, C \d+ %, D \d+ %$/);
    // The curves end where the figures stand.
    const figures = await page.getByTestId('dead').allTextContents();
    await expect
      .poll(labelOf(page, '.curves'), patient)
      .toContain(`A ${figures[0]}, B ${figures[1]}, C ${figures[2]}, D ${figures[3]}`);
    expect(complaints).toEqual([]);
  });
});

test('the timeline shows each death with its cause, and says them', async () => {
  const query = '?lang=en&data=circles&kind=dense&depth=2&width=32&activation=relu&learningRate=0.3';
  await visit({ headers: isolating, query }, async ({ page, complaints }) => {
    const timeline = page.locator('.timeline canvas');
    await timeline.scrollIntoViewIfNeeded();
    await expect
      .poll(() => timeline.getAttribute('aria-label'), patient)
      .toContain('A: 0 born dead, 0 deaths, 0 revivals');
    await trainFor(page, 60);
    await pause(page);
    await timeline.scrollIntoViewIfNeeded();
    const said = async (): Promise<string[]> => {
      const label = (await timeline.getAttribute('aria-label')) ?? '';
      return /(\d+) deaths? \((.*)\)/.exec(label)?.slice(1) ?? [];
    };
    await expect.poll(said, patient).toHaveLength(2);
    const [deaths, causes] = await said();
    const counts = (causes ?? '').split(', ').map((one) => Number.parseInt(one, 10));
    expect(Number(deaths)).toBeGreaterThan(4);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Number(deaths));
    // Each cause has its colour, which the key beside it explains.
    const inks: Record<string, string> = {
      'zero kernel': 'soft',
      'all before it dead': 'born-dead',
      'learning-rate spike': 'alert',
      'bias drift': 'run-1',
      'its input shifted': 'run-3',
      'its kernel changed': 'run-2',
    };
    for (const cause of (causes ?? '').split(', ').map((one) => one.replace(/^\d+ /, ''))) {
      expect(Object.keys(inks)).toContain(cause);
      await expect.poll(() => inkOn(timeline, inks[cause]!), { ...patient, message: cause }).toBeGreaterThan(5);
      expect(await page.locator('.causes').textContent()).toContain(cause);
    }
    expect(complaints).toEqual([]);
  });
});

test('histograms of z grow with the steps; z lies under the activation’s curve, of the network or of a channel', async () => {
  const query = '?lang=en&data=circles&kind=dense&depth=2&width=8&activation=elu&learningRate=0.003';
  await visit({ headers: isolating, query }, async ({ page, complaints }) => {
    const histograms = page.locator('.histogram canvas');
    await histograms.first().scrollIntoViewIfNeeded();
    await expect.poll(() => histograms.count(), patient).toBe(2);
    await expect.poll(() => histograms.first().getAttribute('aria-label'), patient).toContain('z over steps 0 to 0');
    await trainFor(page, 30);
    const last = async (): Promise<number> =>
      Number(/steps 0 to (\d+)/.exec((await histograms.nth(1).getAttribute('aria-label')) ?? '')?.[1]);
    await expect.poll(last, patient).toBeGreaterThan(20);
    await pause(page);
    // Who stops to look sees the networks of the last step.
    await expect.poll(async () => (await last()) - (await stepOf(page)), patient).toBe(0);
    // One column per look, in which brightness differs from bin to bin.
    expect(await coloursDown(histograms.nth(1))).toBeGreaterThan(5);

    const plot = page.locator('.function-plot canvas');
    await plot.scrollIntoViewIfNeeded();
    await expect
      .poll(() => plot.getAttribute('aria-label'), patient)
      .toMatch(/^ELU: f .* \d+(\.\d)? % of it at 0 or above$/);
    await expect.poll(() => inkOn(plot, 'run-1'), patient).toBeGreaterThan(100);
    await expect.poll(() => inkOn(plot, 'lit', 0.45), patient).toBeGreaterThan(100);
    const ofNetwork = await plot.getAttribute('aria-label');
    await page.locator('.layers .rl-cell').first().click();
    await expect.poll(() => plot.getAttribute('aria-label'), patient).not.toBe(ofNetwork);
    await expect.poll(() => inkOn(plot, 'lit', 0.45), patient).toBeGreaterThan(100);
    expect(await stepOf(page)).toBeGreaterThan(20);
    expect(complaints).toEqual([]);
  });
});
