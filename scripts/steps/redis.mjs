import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { fail, step } from './say.mjs';

const installed = () => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path));
};

/**
 * Makes sure that redis-server is in PATH: the tests of the queue start one of their own. Where there is none, the system
 * package is installed (as root on Debian and its kin); elsewhere the process ends with what to do.
 */
export async function findRedis() {
  step('Looking for redis-server');
  let path = installed();
  if (!path && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    step('Installing the system package redis-server (apt-get)');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], { env });
    path = installed();
  }
  if (!path)
    fail(
      'No redis-server was found or could be installed. Put one into PATH: apt-get install redis-server, brew install redis, or https://redis.io/docs/latest/operate/oss_and_stack/install/',
    );
  console.log(`  ${path}`);
}
