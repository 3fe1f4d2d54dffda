import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { serviceWorker } from '../vite/offline';
import { built, foreign, trainFor, visit } from './visit';

vi.setConfig({ testTimeout: 180_000 });
const patient = { timeout: 45_000 };

test('after the first visit all of it works with the host gone: training on threads, the audit, drawing', async () => {
  await visit({ query: '?lang=en' }, async ({ page, complaints, requests, url, close }) => {
    await expect.poll(() => page.getByTestId('offline').textContent(), patient).toBe('This page now works offline.');
    close();
    await page.goto(`${url}?lang=en&scene=leakyAfter`);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    await trainFor(page, 3);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('select[name=data]').selectOption('fashion');
    await trainFor(page, 1);
    await page.getByRole('link', { name: 'Audit your model' }).click();
    await page.getByTestId('example').click();
    await page.getByTestId('report').waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Draw a digit' }).click();
    await page.getByTestId('digit-2').click();
    await expect.poll(() => page.getByText(/^Looks like a 2/).count(), patient).toBe(1);
    expect(foreign(requests)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

test('a newer version is kept beside the old one, says so, and takes over at the visitor’s word', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relumine-demo-update-'));
  cpSync(built, folder, { recursive: true });
  const version = (): string =>
    /"version":"(\w+)"/.exec(readFileSync(join(folder, 'isolation-worker.js'), 'utf8'))![1]!;
  try {
    await visit({ folder, query: '?lang=en' }, async ({ page, complaints, url }) => {
      await expect.poll(() => page.getByTestId('offline').textContent(), patient).toBe('This page now works offline.');
      const before = version();
      const html = readFileSync(join(folder, 'index.html'), 'utf8');
      writeFileSync(join(folder, 'index.html'), html.replace('<html lang="en"', '<html lang="en" data-version="next"'));
      writeFileSync(join(folder, 'isolation-worker.js'), serviceWorker(folder));
      expect(version()).not.toBe(before);

      // The old version is shown, whole, until the visitor asks for the new one.
      await page.goto(`${url}?lang=en&seed=2`);
      const update = page.getByRole('alert').filter({ hasText: 'A newer version of this page is ready.' });
      await update.waitFor(patient);
      expect(await page.locator('html').getAttribute('data-version')).toBeNull();
      await update.getByRole('button', { name: 'Load it' }).click();
      await expect.poll(() => page.locator('html').getAttribute('data-version'), patient).toBe('next');
      expect(page.url()).toContain('seed=2');
      await expect.poll(() => page.evaluate('caches.keys()'), patient).toEqual([`relumine-demo-${version()}`]);
      await trainFor(page, 1);
      expect(complaints).toEqual([]);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
