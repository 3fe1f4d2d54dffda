import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { capture } from './process.mjs';

const yarnBin = () => {
  const file = createRequire(import.meta.url).resolve('@yarnpkg/cli-dist/package.json');
  return join(dirname(file), 'bin/yarn.js');
};

/** Milliseconds that an example may take: those of the lab train networks. */
const patience = 300_000;

/** Plug'n'Play is yarn's own way, and the strictest there is: what a package does not declare, it can't import. */
const yarnEnvironment = ({ url, home }) => ({
  YARN_NPM_REGISTRY_SERVER: url.replace(/\/$/, ''),
  YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  YARN_GLOBAL_FOLDER: join(home, 'yarn'),
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  YARN_NPM_MINIMAL_AGE_GATE: '0',
  YARN_NODE_LINKER: 'pnp',
});

/**
 * How each package manager installs into an empty project and runs a program of it. `execute` takes the Node to run.
 * @type {Record<string, {
 *   install(folder: string, names: string[], registry: Registry, workspace?: string): Promise<void>,
 *   type?(folder: string, lines: string[], registry: Registry): Promise<void>,
 *   execute(folder: string, file: string, registry: Registry, node?: string): Promise<string>,
 * }>}
 * @typedef {{ url: string, home: string, environment: Record<string, string> }} Registry
 */
export const managers = {
  npm: {
    async install(folder, names, { environment }) {
      await capture('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...names], {
        cwd: folder,
        env: environment,
      });
    },
    /** Whole lines, as a README prints them. */
    async type(folder, lines, { environment }) {
      const env = { ...environment, npm_config_prefer_offline: 'true' };
      for (const line of lines) await capture('sh', ['-c', line], { cwd: folder, env });
    },
    execute: (folder, file, _registry, node = process.execPath) =>
      capture(node, [file], { cwd: folder, timeout: patience }),
  },
  pnpm: {
    async install(folder, names, { environment, home }, workspace = '') {
      const settings = { pnpm_config_minimum_release_age: '0', pnpm_config_store_dir: join(home, 'pnpm') };
      // A build script that nobody has allowed or refused fails an install: the READMEs say what to write here.
      writeFileSync(join(folder, 'pnpm-workspace.yaml'), workspace);
      await capture('pnpm', ['add', '--prefer-offline', ...names], {
        cwd: folder,
        env: { ...environment, ...settings },
      });
    },
    execute: (folder, file, _registry, node = process.execPath) =>
      capture(node, [file], { cwd: folder, timeout: patience }),
  },
  yarn: {
    async install(folder, names, registry) {
      // An empty lockfile says that the project begins here, whatever folders are above.
      writeFileSync(join(folder, 'yarn.lock'), '');
      await capture(process.execPath, [yarnBin(), 'add', ...names], { cwd: folder, env: yarnEnvironment(registry) });
    },
    execute: (folder, file, _registry, node = process.execPath) =>
      capture(node, ['--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs', '--no-warnings', file], {
        cwd: folder,
        timeout: patience,
      }),
  },
};

/** An empty project that is a module, as `npm init` and one edit leave it. */
export function emptyProject(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'alone', private: true, type: 'module' }));
}
