// pnpm release:local [--full]: versions, builds and publishes every package to a registry on the loopback interface;
// installs each alone; runs the README examples; compiles and bundles against the published packages; follows the guides
// that install something; upgrades a project to the next version. By default npm installs each, and every Node runs it;
// yarn and pnpm install the command line, which brings all packages, and one library. With --full every manager meets
// every package and every Node.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkBundles } from './bundles.mjs';
import { followReadme } from './checkout.mjs';
import { followGuide, guides } from './guides.mjs';
import { inParallel } from './inParallel.mjs';
import { installAlone } from './installAlone.mjs';
import { emptyProject, managers } from './managers.mjs';
import { findNodes } from './nodes.mjs';
import { capture } from './process.mjs';
import { copyCheckout, publishAll, publishNext } from './publish.mjs';
import { startRegistry } from './registry.mjs';
import { checkTypes } from './types.mjs';
import { beforeUpgrade, checkUpgrade } from './upgrade.mjs';

const full = process.argv.includes('--full');
const root = resolve(fileURLToPath(import.meta.url), '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'relumine-release-'));
const started = Date.now();
const say = (text) => console.log(`[${((Date.now() - started) / 1000).toFixed(1)} s] ${text}`);
let [passed, failed] = [0, 0];

/** One check: counted, and said in a line. What it throws fails it and nothing else. */
async function check(title, work) {
  try {
    const said = await work();
    passed++;
    say(`✓ ${title}${said ? `: ${said}` : ''}`);
  } catch (error) {
    failed++;
    say(`✗ ${title}: ${error.message}`);
  }
}

const lastLine = (text) => text.trim().split('\n').at(-1);

async function checkAlone(one, manager, nodes, registry) {
  const alone = join(folder, 'alone', manager, one.name.replace('/', '+'));
  await check(`${one.name} alone, with ${manager}`, async () => {
    const { printed, again } = await installAlone(one, manager, alone, registry);
    for (const { path } of nodes) await again(path);
    const others = nodes.map(({ version }) => version).join(', ');
    return `${lastLine(printed)}${others && ` (and under Node ${others})`}`;
  });
  if (one.name !== 'relumine' || manager !== 'npm') return;
  await check('npx relumine compare --help', async () => {
    const help = await capture('npx', ['--no-install', 'relumine', 'compare', '--help'], { cwd: alone });
    if (!help.includes('--activations')) throw new Error(help);
  });
}

async function checkTogether(published, registry) {
  const project = join(folder, 'together');
  emptyProject(project);
  const tfjs = ['core', 'layers', 'converter', 'backend-cpu', 'backend-wasm'];
  const peers = [...tfjs.map((name) => `@tensorflow/tfjs-${name}@^4.22.0`), 'vite', 'vitest@4'];
  const names = published.map(({ name, version }) => `${name}@${version}`);
  await managers.npm.install(project, [...names, ...peers], registry);
  for (const resolution of ['node16', 'bundler'])
    await check(`types with moduleResolution ${resolution}`, () => checkTypes(resolution, published, project));
  const { said, failures } = await checkBundles(project);
  for (const sentence of said) await check(sentence, () => undefined);
  for (const failure of failures) await check(failure, () => Promise.reject(new Error('see above')));
}

let registry;
try {
  say('copying the checkout');
  const copy = join(folder, 'checkout');
  await copyCheckout(root, copy);
  registry = { ...(await startRegistry(join(folder, 'registry'))), home: join(folder, 'home') };
  say(`local registry on ${registry.url}`);
  const [published, nodes] = await Promise.all([
    publishAll(copy, registry.environment),
    findNodes(join(folder, 'nodes'), registry.environment),
  ]);
  say(`published ${published.map(({ name, version }) => `${name}@${version}`).join(', ')}`);
  for (const { major, why } of nodes.missing) say(`– Node ${major} can't be had here: ${why}`);

  const others = nodes.have.slice(1);
  const few = (name) => name === 'relumine' || name === '@relumine/revival';
  const pairs = Object.keys(managers).flatMap((manager) =>
    published.filter(({ name }) => full || manager === 'npm' || few(name)).map((one) => ({ one, manager })),
  );
  await inParallel(pairs, 2, ({ one, manager }) =>
    checkAlone(one, manager, full || manager === 'npm' ? others : [], registry),
  );
  await checkTogether(published, registry);
  const { environment } = registry;
  for (const page of Object.keys(guides))
    await check(`docs/${page}, followed`, () =>
      followGuide(page, { root, folder: join(folder, 'guides', page.replaceAll(/\W/g, '-')), environment }),
    );
  await check('README, followed', () => followReadme(copy));

  const user = join(folder, 'user');
  emptyProject(user);
  await check('upgrade from the version before', async () => {
    await beforeUpgrade(published[0].version, user, registry);
    const next = await publishNext(copy, registry.environment);
    return checkUpgrade(next[0].version, user, registry);
  });
} catch (error) {
  failed++;
  say(`✗ ${error.message}`);
} finally {
  registry?.stop();
  rmSync(folder, { recursive: true, force: true });
}
say(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
