import { spawn } from 'node:child_process';

/**
 * Runs a command with its output shown, and resolves to its exit code. A signal to this process reaches the child.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, { env = {}, cwd } = {}) {
  return new Promise((resolve) => {
    // npm and pnpm are .cmd files on Windows, which only a shell can start.
    const shell = process.platform === 'win32';
    const child = spawn(command, args, { stdio: 'inherit', shell, cwd, env: { ...process.env, ...env } });
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    const end = (code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(code);
    };
    child.on('error', () => end(127));
    child.on('exit', (code, signal) => end(code ?? (signal ? 130 : 1)));
  });
}
