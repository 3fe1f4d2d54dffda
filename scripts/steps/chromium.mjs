import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';
import { run } from './run.mjs';
import { fail, step } from './say.mjs';
import { root } from './workspace.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function systemChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

function playwrightChromium() {
  const { chromium } = createRequire(resolve(root, 'package.json'))('playwright');
  const path = chromium.executablePath();
  return existsSync(path) ? path : undefined;
}

const installed = () => {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen && !existsSync(chosen)) fail(`CHROMIUM_PATH is ${chosen}, but there is no such file.`);
  return chosen || systemChromium() || playwrightChromium();
};

/**
 * The path of a Chromium: the one that CHROMIUM_PATH names, the system's, or Playwright's. Where there is none, the
 * system package is installed (as root on Debian and its kin), else Playwright's build.
 */
export async function findChromium() {
  step('Looking for Chromium');
  let path = installed();
  if (!path && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    step('Installing the system package chromium (apt-get)');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
    path = installed();
  }
  if (!path) {
    step("Installing Playwright's Chromium");
    await run('pnpm', ['exec', 'playwright', 'install', 'chromium'], { cwd: root });
    path = installed();
  }
  if (!path)
    fail(
      'No Chromium was found or could be installed. Install one and name it: CHROMIUM_PATH=/path/to/chromium npm test',
    );
  console.log(`  ${path}`);
  return path;
}
