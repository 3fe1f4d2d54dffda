import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built, isolating, visit } from './visit';

test('language and colours follow browser and system, can be switched, and are remembered', async () => {
  const browser = { locale: 'zh-CN', colorScheme: 'dark' as const };
  await visit({ headers: isolating, query: '?page=audit', browser }, async ({ page, url }) => {
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Relumine');
    // A language's words arrive in a chunk of their own, colours with the next frame.
    const titled = (title: string) => expect.poll(() => page.title(), { timeout: 15_000 }).toBe(title);
    await titled('检查你的模型 · Relumine');
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    const light = () => expect.poll(background, { timeout: 15_000 }).not.toBe(dark);
    await page.getByRole('radio', { name: '浅色' }).check({ force: true });
    await light();
    await page.getByRole('radio', { name: 'English' }).check({ force: true });
    await titled('Audit your model · Relumine');
    expect(page.url()).toContain('lang=en');
    await page.goto(`${url}?page=audit`);
    await titled('Audit your model · Relumine');
    await light();
  });
});

test('a digit can be drawn with the keyboard alone, and with the mouse', async () => {
  await visit({ headers: isolating, query: '?page=draw' }, async ({ page, complaints }) => {
    const looksLike = page.getByText(/^Looks like a \d/);
    await page.getByTestId('pad').focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await looksLike.waitFor({ timeout: 45_000 });
    expect(await looksLike.textContent()).toContain('Looks like a 1');
    await page.keyboard.press('Delete');
    await page.getByText('Nothing is drawn yet.').waitFor();
    const box = (await page.getByTestId('pad').boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 220, box.y + 60, { steps: 8 });
    await page.mouse.move(box.x + 120, box.y + 250, { steps: 8 });
    await page.mouse.up();
    await expect.poll(() => looksLike.textContent(), { timeout: 15_000 }).toContain('Looks like a 7');
    expect(complaints).toEqual([]);
  });
}, 90_000);

test('the policies: no inline script or style, no eval in the page, no other host anywhere', () => {
  const page = isolating('/')['Content-Security-Policy']!;
  const worker = isolating('/assets/training.worker-x.js')['Content-Security-Policy']!;
  for (const policy of [page, worker]) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/'unsafe-inline'|'unsafe-eval'|https?:|\*/);
  }
  expect(page).toContain("script-src 'self';");
  const html = readFileSync(join(built, 'index.html'), 'utf8');
  expect(html).toContain('http-equiv="Content-Security-Policy"');
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
  expect(readdirSync(built)).toContain('isolation-worker.js');
});

test('the licences of all that the page is made of lie beside it, and nowhere in its scripts', () => {
  const licences = readFileSync(join(built, 'licences.txt'), 'utf8');
  for (const name of ['@tensorflow/tfjs-core 4', '@tensorflow/tfjs-layers 4', '@tensorflow/tfjs-backend-wasm 4', 'vue'])
    expect(licences).toContain(name);
  expect(licences).toContain('Google LLC');
  expect(licences).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
  expect(readFileSync(join(built, 'index.html'), 'utf8')).toContain('rel="license"');
  const scripts = readdirSync(join(built, 'assets')).filter((file) => file.endsWith('.js'));
  expect(scripts.filter((file) => readFileSync(join(built, 'assets', file), 'utf8').includes('@license'))).toEqual([]);
});
