import type { Page } from 'playwright';
import { expect, test, vi } from 'vitest';
import { file, png } from './files';
import { foreign, isolating, stepOf, trainFor, visit } from './visit';

// Two cores that also train take their time.
vi.setConfig({ testTimeout: 180_000 });
const patient = { timeout: 30_000 };
const small = '?data=circles&kind=dense&depth=3&width=8&bias=-0.5&learningRate=0.03&activation=relu';
const built = (page: Page): Promise<unknown> => page.locator('.layers .rl-cell').first().waitFor(patient);
const network = (page: Page, letter: string) => page.getByRole('article', { name: `Network ${letter}` });
const pause = (page: Page): Promise<void> => page.getByRole('button', { name: 'Pause' }).click();

test('every scene opens by its link, tells its story, and shows its networks before the first step', async () => {
  const scenes: [string, string, number][] = [
    ['The learning rate that kills', 'rate', 2],
    ['Born dead', 'bornDead', 3],
    ['Leaky after ReLU changes nothing', 'leakyAfter', 3],
    ['Spectral norm is no cure', 'spectral', 2],
    ['Recycled', 'recycled', 2],
  ];
  await visit({ headers: isolating }, async ({ page, complaints, requests }) => {
    for (const [title, name, networks] of scenes) {
      await page.getByRole('link', { name: title }).click();
      expect(page.url()).toContain(`scene=${name}`);
      const story = (await page.locator('.scene-story').textContent()) ?? '';
      expect(story.match(/[.:] |\.$/g)?.length).toBeGreaterThanOrEqual(2);
      await expect.poll(() => page.locator('.network').count(), patient).toBe(networks);
      const figures = page.getByTestId('dead');
      await expect
        .poll(async () => (await figures.allTextContents()).every((text) => text !== '–'), patient)
        .toBe(true);
      const dead = (await figures.allTextContents()).map((text) => Number.parseInt(text, 10));
      if (name === 'bornDead') expect(dead[0]).toBe(80);
      if (name === 'spectral') expect(dead[1]).toBeGreaterThan(70);
      if (name === 'rate') expect(dead).toEqual([0, 0]);
    }
    await page.goBack();
    await expect.poll(() => page.locator('.scene-bar [aria-current]').textContent(), patient).toContain('Spectral');
    expect(foreign(requests)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

test('every act works on a network that trains, and says what it did', async () => {
  await visit({ headers: isolating, query: small }, async ({ page, complaints }) => {
    await built(page);
    await trainFor(page, 5);
    const a = network(page, 'A');
    const result = () => a.getByTestId('result').textContent();
    const acts: [string, string][] = [
      ['Preview int8', 'int8'],
      ['Certify', 'Proved for every input'],
      ['Revive', 'channel'],
      ['Remove dead channels', 'channel'],
      ['Swap', 'leakyRelu'],
    ];
    for (const [button, words] of acts) {
      await a.getByRole('button', { name: button, exact: true }).click();
      await expect.poll(result, patient).toContain(words);
    }
    await expect.poll(() => a.getByRole('heading').first().textContent()).toContain('leaky ReLU');
    const before = await stepOf(page);
    await expect.poll(() => stepOf(page), patient).toBeGreaterThan(before + 3);
    await pause(page);
    for (const strategy of ['recycle', 'reinitialize', 'bias']) {
      await a.getByLabel('Way to revive').selectOption(strategy);
      await a.getByRole('button', { name: 'Revive', exact: true }).click();
    }
    await expect.poll(result, patient).toContain('nothing to revive');
    expect(complaints).toEqual([]);
  });
});

test('choices are in the address: networks come and go, share a seed, and a reload finds them', async () => {
  await visit({ headers: isolating, query: small }, async ({ page, complaints }) => {
    await built(page);
    await page.getByRole('button', { name: '+ Add a network' }).click();
    const b = network(page, 'B');
    await b.locator('select[name=activation]').selectOption('elu');
    await b.getByText('Settings').click();
    for (const [name, value] of [
      ['optimizer', 'momentum'],
      ['normalization', 'batch'],
      ['initializer', 'orthogonal'],
      ['depth', '5'],
      ['width', '4'],
      ['bias', '0.1'],
      ['after', 'leakyRelu'],
    ] as const)
      await b.locator(`select[name=${name}]`).selectOption(value);
    await page.locator('.control-seed input').fill('5');
    await page.locator('.control-seed input').press('Enter');
    await page.reload();
    await built(page);
    await network(page, 'B').getByText('Settings').click();
    await network(page, 'B').locator('select[name=after]').waitFor();
    expect(
      await network(page, 'B')
        .locator('select')
        .evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value)),
    ).toEqual(expect.arrayContaining(['elu', 'momentum', 'batch', 'orthogonal', '5', '4', '0.1', 'leakyRelu']));
    expect(await page.locator('.control-seed input').inputValue()).toBe('5');
    await trainFor(page, 2);
    await pause(page);
    await page.getByRole('button', { name: 'Remove network A' }).click();
    await expect.poll(() => page.locator('.network').count()).toBe(1);
    await expect.poll(() => stepOf(page), patient).toBe(0);
    expect(complaints).toEqual([]);
  });
});

test('a seed can be typed while the networks train', async () => {
  await visit({ headers: isolating, query: small }, async ({ page, complaints }) => {
    await built(page);
    await trainFor(page, 1);
    const seed = page.locator('.control-seed input');
    await seed.fill('');
    for (const digit of '42') {
      await page.keyboard.press(digit);
      const before = await stepOf(page);
      await expect.poll(() => stepOf(page), patient).toBeGreaterThan(before);
    }
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url(), patient).toContain('seed=42');
    await seed.fill('-3');
    await page.keyboard.press('Enter');
    await expect.poll(() => seed.inputValue(), patient).toBe('1');
    expect(complaints).toEqual([]);
  });
});

test('the keyboard reaches every channel, and its kernel and images are shown', async () => {
  const query = '?activation=relu&depth=1&width=8&learningRate=0.001';
  await visit({ headers: isolating, query }, async ({ page, complaints }) => {
    await built(page);
    const cells = page.locator('.layers .rl-cell');
    const reachable = () =>
      cells.evaluateAll((all) => all.filter((cell) => cell.getAttribute('tabindex') === '0').length);
    await expect.poll(reachable, patient).toBe(1);
    await cells.first().focus();
    const detail = page.getByTestId('channel');
    await expect.poll(() => detail.textContent(), patient).toContain('Layer 1, channel 0');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => detail.textContent(), patient).toContain('Layer 1, channel 2');
    await page.keyboard.press('End');
    await expect.poll(() => detail.textContent(), patient).toContain('Layer 1, channel 7');
    await expect.poll(() => detail.textContent(), patient).toContain('Kernel 3 × 3 × 1');
    await expect.poll(() => detail.getByRole('img', { name: /z = / }).count(), patient).toBe(6);
    expect(complaints).toEqual([]);
  });
});

test('a visitor’s own pictures are trained on; what can’t be is said', async () => {
  await visit(
    { headers: isolating, query: '?activation=relu&depth=1&width=4' },
    async ({ page, complaints, requests }) => {
      await page.locator('select[name=data]').selectOption('own');
      await expect.poll(() => page.getByRole('alert').textContent(), patient).toContain('at least 8 pictures');
      const pictures = Array.from({ length: 12 }, (_, i) => {
        const pixels = new Uint8Array(1600).map((_, p) => (i % 2 === 0 ? (p % 40) * 6 : Math.floor(p / 40) * 6));
        return { ...file(`${i % 2 === 0 ? 'across' : 'down'}-${i}.png`, png(pixels, 40, 40)), mimeType: 'image/png' };
      });
      await page.getByTestId('own-files').setInputFiles([...pictures, file('notes-1.png', 'no picture')]);
      await expect
        .poll(() => page.locator('.data-samples').getAttribute('aria-label'), patient)
        .toContain('across, down');
      await trainFor(page, 3);
      await pause(page);
      await page.getByRole('button', { name: 'Reset' }).click();
      await trainFor(page, 1);
      expect(foreign(requests)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});

test('a worker that crashes is replaced, the page says so, and trains again', async () => {
  await visit({ headers: isolating, query: small }, async ({ page }) => {
    await built(page);
    await trainFor(page, 2);
    const [worker] = page.workers();
    await worker?.evaluate("void setTimeout(() => { throw new Error('out of memory') })");
    await expect.poll(() => page.getByRole('alert').textContent(), patient).toContain('The worker crashed');
    await expect.poll(() => stepOf(page), patient).toBe(0);
    await trainFor(page, 2);
    await expect.poll(() => page.getByRole('alert').count(), patient).toBe(0);
  });
});
