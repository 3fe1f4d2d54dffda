// pnpm release:local: versions, builds and publishes every package to a registry on the loopback interface, installs
// each alone into an empty project, runs its README example in plain Node, and tries `npx relumine`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installAlone } from './installAlone.mjs';
import { capture } from './process.mjs';
import { copyCheckout, publishAll } from './publish.mjs';
import { startRegistry } from './registry.mjs';

const root = resolve(fileURLToPath(import.meta.url), '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'relumine-release-'));
const started = Date.now();
const say = (text) => console.log(`[${((Date.now() - started) / 1000).toFixed(1)} s] ${text}`);
let registry;
let failures = 0;

try {
  say('copying the checkout');
  await copyCheckout(root, join(folder, 'checkout'));
  registry = await startRegistry(join(folder, 'registry'));
  say(`local registry on ${registry.url}`);
  const published = await publishAll(join(folder, 'checkout'), registry.environment);
  say(`published ${published.map(({ name, version }) => `${name}@${version}`).join(', ')}`);

  for (const one of published) {
    const alone = join(folder, 'alone', one.name.replace('/', '+'));
    try {
      const output = await installAlone(one, alone, registry.environment);
      say(`✓ ${one.name} installs alone; its example prints: ${output.trim().split('\n').at(-1) ?? ''}`);
      if (one.name === 'relumine') {
        const help = await capture('npx', ['--no-install', 'relumine', 'compare', '--help'], { cwd: alone });
        if (!help.includes('--activations')) throw new Error(`npx relumine compare --help printed:\n${help}`);
        say('✓ npx relumine compare --help');
      }
    } catch (error) {
      failures++;
      say(`✗ ${one.name}: ${error.message}`);
    }
  }
} catch (error) {
  failures++;
  say(`✗ ${error.message}`);
} finally {
  registry?.stop();
  rmSync(folder, { recursive: true, force: true });
}
say(failures === 0 ? 'every package installs and runs' : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
