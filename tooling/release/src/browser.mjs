import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { chromium } from 'playwright';

export const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/**
 * Runs a server until `work` is done with it.
 * @param {string} line  as typed into a shell
 * @param {string} url  that answers when it has started
 * @param {string} cwd
 * @param {() => Promise<T>} work
 * @param {{ patience?: number, env?: Record<string, string> }} [options]  milliseconds that a start may take
 * @returns {Promise<T>}
 * @template T
 */
export async function serving(line, url, cwd, work, { patience = 60_000, env = {} } = {}) {
  const options = { cwd, detached: true, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
  const child = spawn('sh', ['-c', line], options);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const gone = new Promise((done) => child.on('exit', done));
  try {
    const deadline = Date.now() + patience;
    const answers = () =>
      fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await answers())) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${line} serves nothing:\n${said}`);
      await new Promise((wait) => setTimeout(wait, 200));
    }
    return await work();
  } finally {
    // The server is a child of what was typed: the whole group ends.
    if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await gone;
  }
}

/** What a page says of the backend it started, in its first paragraph or on its console. */
export async function startedOn(url) {
  const executablePath = process.env.CHROMIUM_PATH || ['/usr/bin/chromium'].find(existsSync);
  const browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu'], executablePath });
  try {
    const page = await browser.newPage();
    const said = [];
    const note = async (message) => {
      const values = await Promise.all(message.args().map((one) => one.jsonValue()));
      said.push(JSON.stringify(values[0]));
    };
    page.on('console', (message) => void note(message));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(url);
    const deadline = Date.now() + 60_000;
    for (;;) {
      const all = [...said, await page.evaluate(`document.querySelector('p')?.textContent ?? ''`)];
      const started = all.find((text) => text?.includes('"kernels"'));
      if (started) return JSON.parse(started);
      if (Date.now() > deadline) throw new Error(`The page says: ${all.join('\n')}`);
      await new Promise((wait) => setTimeout(wait, 100));
    }
  } finally {
    await browser.close();
  }
}
