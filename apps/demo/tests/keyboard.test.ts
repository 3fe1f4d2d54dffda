import type { Page } from 'playwright';
import { expect, test, vi } from 'vitest';
import { isolating, stepOf, visit } from './visit';

vi.setConfig({ testTimeout: 180_000 });
const patient = { timeout: 45_000 };

/** Presses Tab, or Shift and Tab, until what the selector names has the focus. */
async function tabTo(page: Page, selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press(key);
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  throw new Error(`No Tab leads to ${selector}.`);
}
const back = (page: Page, selector: string): Promise<void> => tabTo(page, selector, 'Shift+Tab');

test('a whole visit with the keyboard alone', async () => {
  await visit({ headers: isolating, query: '?lang=en' }, async ({ page, complaints }) => {
    const train = page.getByRole('button', { name: /^Train/ });
    await expect.poll(() => train.isEnabled(), patient).toBe(true);

    // Past the navigation, to a scene.
    await tabTo(page, 'a.skip');
    await page.keyboard.press('Enter');
    await tabTo(page, 'a[href="?scene=bornDead"]');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url(), patient).toContain('scene=bornDead');
    await expect.poll(() => page.locator('.network').count(), patient).toBe(3);

    // Another activation for the first network: letters choose in a list.
    await tabTo(page, 'select[name=activation]');
    await page.keyboard.type('ELU');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.network h3').first().textContent(), patient).toContain('ELU');
    await page.keyboard.press('Escape');

    // Train, pause, one step.
    await back(page, '.rl-primary');
    await expect.poll(() => train.isEnabled(), patient).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(() => stepOf(page), patient).toBeGreaterThan(5);
    await page.keyboard.press('Space');
    await expect.poll(() => page.locator('.rl-primary').textContent(), patient).toContain('Train on');
    await tabTo(page, '.control-buttons button:nth-child(2)');
    const before = await stepOf(page);
    await page.keyboard.press('Enter');
    await expect.poll(() => stepOf(page), patient).toBeGreaterThan(before);

    // One channel, and the next.
    await tabTo(page, '.rl-cell');
    const detail = page.getByTestId('channel').first();
    await expect.poll(() => detail.textContent(), patient).toContain('Layer 1, channel 0');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => detail.textContent(), patient).toContain('Layer 1, channel 1');

    // Revive, with another strategy.
    await tabTo(page, '.acts button');
    await page.keyboard.press('Enter');
    const result = page.getByTestId('result').first();
    await expect.poll(() => result.textContent(), patient).not.toBe('');

    // Audit the example, by the navigation.
    await back(page, '.pages a:nth-child(2)');
    await page.keyboard.press('Enter');
    await page.getByTestId('example').waitFor(patient);
    await tabTo(page, '[data-testid=example]');
    await page.keyboard.press('Enter');
    await page.getByTestId('report').waitFor({ timeout: 90_000 });

    // Another language: arrows choose among radio buttons.
    await back(page, 'input[name=language]');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.title(), patient).toBe('检查你的模型 · Relumine');
    expect(complaints).toEqual([]);
  });
});
