import type { Page } from 'playwright';
import { expect, test, vi } from 'vitest';
import { foreign, isolating, stepOf, trainFor, visit } from './visit';

vi.setConfig({ testTimeout: 240_000 });
const patient = { timeout: 45_000 };
const small = '?lang=en&data=circles&kind=dense&depth=2&width=8&activation=relu&learningRate=0.003';

/** The networks are there, looked at, and nothing was refused. */
async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.getByTestId('dead').first().textContent(), patient).not.toBe('–');
  await expect.poll(() => page.getByRole('alert').allTextContents(), patient).toEqual([]);
}

test('every choice of every setting builds a network, which trains a step', async () => {
  await visit({ headers: isolating, query: small }, async ({ page, complaints }) => {
    await settled(page);
    await page.getByText('Settings').click();
    await page.locator('.settings select[name=after]').waitFor();
    const names = await page
      .locator('.settings select')
      .evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).name));
    expect(names).toEqual(
      expect.arrayContaining(['activation', 'learningRate', 'optimizer', 'normalization', 'initializer', 'bias']),
    );
    let choices = 0;
    for (const name of names) {
      const select = page.locator(`.settings select[name=${name}]`);
      const first = await select.inputValue();
      for (const value of await select.evaluate((one) => [...(one as HTMLSelectElement).options].map((o) => o.value))) {
        await select.selectOption(value);
        await settled(page);
        if (name === 'activation')
          for (const parameter of await page.locator('.settings input[type=number]').all()) {
            await parameter.fill(String(Number(await parameter.inputValue()) * 1.25));
            await parameter.press('Enter');
            await settled(page);
          }
        // Another learning rate is taken in mid-training; everything else begins anew.
        const before = await stepOf(page);
        await page.getByRole('button', { name: 'Step', exact: true }).click();
        await expect.poll(() => stepOf(page), { ...patient, message: `${name} ${value}` }).toBe(before + 1);
        choices++;
      }
      await select.selectOption(first);
    }
    expect(choices).toBeGreaterThan(50);
    expect(complaints).toEqual([]);
  });
});

test('a choice that no network can be built of is said, and the next one builds', async () => {
  const query = small.replace('activation=relu', 'activation=rrelu');
  await visit({ headers: isolating, query }, async ({ page, complaints }) => {
    await settled(page);
    const lower = page.getByLabel('lower');
    await lower.fill('0.5');
    await lower.press('Enter');
    await expect.poll(() => page.getByRole('alert').textContent(), patient).toContain('This network can’t be built.');
    await expect.poll(() => page.getByRole('button', { name: /^Train/ }).isDisabled(), patient).toBe(true);
    await lower.fill('0.1');
    await lower.press('Enter');
    await settled(page);
    await trainFor(page, 1);
    expect(complaints).toEqual([]);
  });
});

test('every data set trains, convolutional or dense, and a seed drawn anew is in the address', async () => {
  await visit(
    { headers: isolating, query: '?lang=en&activation=relu&depth=1&width=8' },
    async ({ page, complaints, requests }) => {
      await settled(page);
      for (const data of ['fashion', 'spirals', 'circles', 'digits']) {
        await page.locator('select[name=data]').selectOption(data);
        await settled(page);
        await trainFor(page, 2);
        await page.getByRole('button', { name: 'Pause' }).click();
        await expect.poll(() => page.getByTestId('accuracy').first().textContent(), patient).toMatch(/\d+ %/);
        const surfaces = data === 'spirals' || data === 'circles' ? 1 : 0;
        await expect.poll(() => page.locator('.surface').count(), patient).toBe(surfaces);
      }
      await page.getByRole('button', { name: 'Draw another seed' }).click();
      expect(page.url()).toContain(`seed=${await page.locator('.control-seed input').inputValue()}`);
      await settled(page);
      await expect.poll(() => stepOf(page), patient).toBe(0);
      expect(foreign(requests)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});

test('a network of the training page reads what is drawn, and says which of its channels are dead', async () => {
  await visit(
    { headers: isolating, query: '?lang=en&activation=relu&depth=1&width=16&learningRate=0.003' },
    async ({ page, complaints }) => {
      await settled(page);
      await trainFor(page, 40);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('link', { name: 'Draw a digit' }).click();
      await page.getByTestId('digit-0').click();
      await page.getByTestId('answer').waitFor(patient);
      const shipped = await page.getByTestId('answer').textContent();
      await page.getByLabel('Network').selectOption({ label: 'Network A that you trained' });
      await expect.poll(() => page.locator('.draw-layer h2').count(), patient).toBeLessThan(4);
      await expect.poll(() => page.locator('.draw-layer small').first().textContent(), patient).toMatch(/are dead/);
      const probabilities = () =>
        page
          .getByTestId('answer')
          .locator('li')
          .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
      await expect.poll(probabilities, patient).toHaveLength(10);
      await page.getByTestId('digit-1').click();
      await expect.poll(() => page.getByText(/^Looks like a \d/).count(), patient).toBe(1);
      expect(shipped).not.toBe('');
      expect(complaints).toEqual([]);
    },
  );
});

test('the workers of the other pages crash, are replaced, and the pages say so', async () => {
  await visit({ headers: isolating, query: '?lang=en&page=draw' }, async ({ page }) => {
    await page.getByTestId('digit-3').click();
    await page.getByTestId('answer').waitFor(patient);
    for (const worker of page.workers().filter((one) => one.url().includes('reader')))
      await worker.evaluate("void setTimeout(() => { throw new Error('out of memory') })");
    await expect.poll(() => page.getByRole('alert').textContent(), patient).toContain('was started again');
    await page.getByTestId('digit-7').click();
    await expect.poll(() => page.getByText(/^Looks like a 7/).count(), patient).toBe(1);
  });
});

test('one core is left for the page unless the visitor chooses otherwise, which the address keeps', async () => {
  const prepare = (page: Page) =>
    page.addInitScript("Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 3 })");
  await visit({ headers: isolating, query: small, prepare }, async ({ page, complaints }) => {
    await settled(page);
    const threads = page.locator('select[name=threads]');
    const status = page.locator('.control-status');
    expect(await threads.inputValue()).toBe('2');
    expect(await threads.locator('option').allTextContents()).toEqual(['1', '2', '3']);
    await trainFor(page, 2);
    await threads.selectOption('1');
    await expect.poll(() => status.textContent(), patient).toContain('on one thread');
    await expect.poll(() => stepOf(page), patient).toBe(0);
    expect(page.url()).toContain('threads=1');
    await trainFor(page, 2);
    await page.reload();
    await settled(page);
    expect(await threads.inputValue()).toBe('1');
    await threads.selectOption('2');
    await expect.poll(() => status.textContent(), patient).toContain('on 2 threads');
    expect(page.url()).not.toContain('threads');
    expect(complaints).toEqual([]);
  });
});
