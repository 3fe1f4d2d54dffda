import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { fail, step } from './say.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const { packageManager, engines } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
const pnpmVersion = packageManager.split('@')[1];

function requireNode() {
  const wanted = engines.node.replace('>=', '').split('.').map(Number);
  const have = process.versions.node.split('.').map(Number);
  const older = wanted.findIndex((part, i) => part !== have[i]);
  if (older >= 0 && have[older] < wanted[older]) {
    fail(`Relumine needs Node ${engines.node}; this is ${process.version}. Install a newer Node and run this again.`);
  }
}

function havePnpm() {
  try {
    const shell = process.platform === 'win32';
    const version = execFileSync('pnpm', ['--version'], {
      encoding: 'utf8',
      cwd: root,
      shell,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return version.trim() === pnpmVersion;
  } catch {
    return false;
  }
}

/**
 * Makes sure that the right pnpm is in PATH (turbo needs it there): where it is not, the script that calls this is run
 * again inside `npm exec`, which fetches pnpm without installing it globally.
 */
export async function withPnpm() {
  requireNode();
  if (havePnpm()) return;
  if (process.env.RELUMINE_WITH_PNPM)
    fail(`pnpm ${pnpmVersion} can't be run. Try: npm install --global pnpm@${pnpmVersion}`);
  step(`Fetching pnpm ${pnpmVersion} through npm (it is not in PATH)`);
  const args = ['exec', '--yes', `--package=pnpm@${pnpmVersion}`, '--', 'node', ...process.argv.slice(1)];
  process.exit(await run('npm', args, { env: { RELUMINE_WITH_PNPM: '1' } }));
}

/** Installs exactly what the lockfile names. */
export async function install() {
  step('Installing dependencies (pnpm install)');
  const code = await run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], { cwd: root });
  if (code !== 0) fail('pnpm install failed. Is the npm registry reachable (npm ping)? Its message is above.');
}

/** Runs tasks of every package (or of those that `filters` name) in order of their dependencies; unchanged ones come from the cache. */
export async function turbo(tasks, filters = []) {
  const args = ['exec', 'turbo', 'run', ...tasks, ...filters.map((f) => `--filter=${f}`), '--output-logs=errors-only'];
  return run('pnpm', args, { cwd: root, env: { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' } });
}

/** Builds, or ends the process with what to do. */
export async function build(filters = []) {
  step('Building (turbo run build)');
  if ((await turbo(['build'], filters)) !== 0) fail('The build failed; the first error above is the one to mend.');
}
