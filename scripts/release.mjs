// pnpm release [--dry-run]: raises versions by the pending changesets and commits that, runs all that CI does, releases
// to a local registry with every package manager and Node, and publishes what the npm registry has not got yet. The
// release workflow runs it, with provenance; --dry-run stops before publishing.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from './steps/run.mjs';
import { fail, step } from './steps/say.mjs';
import { build, install, root, withPnpm } from './steps/workspace.mjs';

const dry = process.argv.includes('--dry-run');
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const must = async (title, command, args, env) => {
  step(title);
  if ((await run(command, args, { cwd: root, env })) !== 0) fail(`${title} failed; nothing was published.`);
};

await withPnpm();
if (git('status', '--porcelain') !== '') fail('The checkout has changes. Commit or remove them first.');
await install();

const pending = readdirSync(resolve(root, '.changeset')).filter((file) => /\.md$/.test(file) && file !== 'README.md');
if (pending.length > 0) {
  await must(`Raising versions by ${pending.length} changesets`, 'pnpm', ['exec', 'changeset', 'version']);
  await must('Updating the lockfile', 'pnpm', ['install', '--no-frozen-lockfile', '--prefer-offline']);
  const { version } = JSON.parse(readFileSync(resolve(root, 'packages/core/package.json'), 'utf8'));
  git('add', '--all');
  git('commit', '--quiet', '--message', `chore(release): ${version}`);
  console.log(`  ${version}`);
}
await must('Everything that CI does', 'node', ['scripts/ci.mjs']);
await must('Releasing to a local registry, with every manager and Node', 'node', [
  'tooling/release/src/releaseLocal.mjs',
  '--full',
]);
await build();
if (dry) {
  console.log('\nReady to publish; --dry-run stops here.');
  process.exit(0);
}
const provenance = process.env.GITHUB_ACTIONS ? { NPM_CONFIG_PROVENANCE: 'true' } : {};
await must('Publishing (changeset publish)', 'pnpm', ['exec', 'changeset', 'publish'], provenance);
