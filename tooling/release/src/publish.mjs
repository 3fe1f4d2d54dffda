import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { capture } from './process.mjs';

/** Copies what git would commit (and what it does not know yet but would not ignore), so that versioning can't touch the checkout. */
export async function copyCheckout(root, to) {
  const listed = await capture('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const deleted = new Set((await capture('git', ['ls-files', '-z', '--deleted'], { cwd: root })).split('\0'));
  for (const file of listed.split('\0').filter((name) => name && !deleted.has(name))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(root, file), join(to, file));
  }
  const git = (...args) =>
    capture('git', ['-c', 'user.name=release', '-c', 'user.email=release@localhost', ...args], { cwd: to });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'chore(release): a copy to publish from');
}

const pnpmIn =
  (copy) =>
  (args, env = {}) =>
    capture('pnpm', args, { cwd: copy, env: { TURBO_TELEMETRY_DISABLED: '1', ...env } });

async function listPublished(pnpm) {
  const listed = JSON.parse(await pnpm(['list', '--recursive', '--depth=-1', '--json']));
  return listed.filter((one) => !one.private).map(({ name, version, path }) => ({ name, version, path }));
}

/** Versions by the pending changesets, builds and publishes every package; resolves to the published names and versions. */
export async function publishAll(copy, environment) {
  const pnpm = pnpmIn(copy);
  await pnpm(['install', '--frozen-lockfile', '--prefer-offline']);
  await pnpm(['exec', 'changeset', 'version']);
  const published = await listPublished(pnpm);
  const filters = published.map(({ name }) => `--filter=${name}`);
  await pnpm(['exec', 'turbo', 'run', 'build', ...filters, '--output-logs=errors-only']);
  await pnpm(['exec', 'changeset', 'publish', '--no-git-tag'], environment);
  return published;
}

/** Publishes the same code as the next minor version, as a later release would. */
export async function publishNext(copy, environment) {
  const pnpm = pnpmIn(copy);
  writeFileSync(join(copy, '.changeset/next.md'), '---\n"@relumine/core": minor\n---\n\nThe next version.\n');
  await pnpm(['exec', 'changeset', 'version']);
  await pnpm(['exec', 'changeset', 'publish', '--no-git-tag'], environment);
  return listPublished(pnpm);
}
