import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { capture } from './process.mjs';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Relumine's packages come from here alone; everything else comes from the registry that npm is set up with. */
const configuration = (folder, uplink) => `
storage: ${join(folder, 'storage')}
auth: { htpasswd: { file: ${join(folder, 'htpasswd')} } }
uplinks: { upstream: { url: '${uplink}', max_fails: 5, timeout: 60s } }
packages:
  '@relumine/*': { access: $all, publish: $authenticated }
  'relumine': { access: $all, publish: $authenticated }
  '**': { access: $all, proxy: upstream }
max_body_size: 200mb
log: { type: stdout, level: warn }
`;

async function createUser(url) {
  const body = JSON.stringify({ name: 'release', password: 'local-only', type: 'user', roles: [] });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}-/user/org.couchdb.user:release`, { method: 'PUT', headers, body });
  if (!response.ok) throw new Error(`The local registry refused a user: ${response.status} ${await response.text()}`);
  return (await response.json()).token;
}

/** Waits until the registry answers; a busy machine takes minutes to load it. */
async function answering(url, server) {
  const deadline = Date.now() + 300_000;
  for (;;) {
    const up = await fetch(`${url}-/ping`).then(
      (r) => r.ok,
      () => false,
    );
    if (up) return;
    if (server.exitCode !== null || Date.now() > deadline) throw new Error('verdaccio did not start:');
    await new Promise((wait) => setTimeout(wait, 100));
  }
}

/**
 * Starts verdaccio on a free port of the loopback interface.
 * @param {string} folder  an empty folder for its storage, settings and the npmrc that points clients to it
 * @returns the registry's address, the environment for npm, pnpm and yarn to use it alone, and how to stop it
 */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true });
  const uplink = (await capture('npm', ['config', 'get', 'registry'])).trim();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const config = join(folder, 'config.yaml');
  writeFileSync(config, configuration(folder, uplink));
  const require = createRequire(import.meta.url);
  const bin = join(dirname(require.resolve('verdaccio/package.json')), 'bin/verdaccio');
  const server = spawn(process.execPath, [bin, '--config', config, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (log += chunk));

  let token;
  try {
    await answering(url, server);
    token = await createUser(url);
  } catch (error) {
    server.kill('SIGKILL');
    throw new Error(`${error.message}\n${log}`, { cause: error });
  }
  const npmrc = join(folder, 'npmrc');
  writeFileSync(
    npmrc,
    `registry=${url}\n//127.0.0.1:${port}/:_authToken=${token}\naudit=false\nfund=false\nupdate-notifier=false\n`,
  );
  const environment = { NPM_CONFIG_USERCONFIG: npmrc, npm_config_registry: url, YARN_NPM_REGISTRY_SERVER: url };
  return { url, environment, stop: () => server.kill('SIGTERM') };
}
