import { spawn } from 'node:child_process';

/**
 * The environment without what a surrounding `npm run` has put there: its `npm_config_…` would outrank the settings that
 * send everything to the local registry. Nor with NODE_ENV, which Vite's build puts there: npm would leave out what is for
 * development.
 */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$)/i.test(name)));
}

/**
 * Runs a command to its end and resolves to its standard output; rejects with all it printed where it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeout?: number }} [options]  timeout in milliseconds
 */
export function capture(command, args, { cwd, env = {}, timeout = 900_000 } = {}) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32';
    const child = spawn(command, args, {
      cwd,
      shell,
      timeout,
      env: { ...ownEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, all] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
      all += chunk;
    });
    child.stderr.on('data', (chunk) => (all += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      // What is ended because it takes too long may still say that all is well (turbo does).
      if (child.killed) reject(new Error(`${command} ${args.join(' ')} took more than ${timeout / 1000} s:\n${all}`));
      else if (code === 0) resolve(out);
      else reject(new Error(`${command} ${args.join(' ')} (in ${cwd ?? '.'}) ended with ${code ?? signal}:\n${all}`));
    });
  });
}
