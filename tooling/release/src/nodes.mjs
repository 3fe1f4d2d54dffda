import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './process.mjs';

/** The majors whose users we serve; the running Node is one of them on every machine of CI. */
const wanted = [20, 22, 24];

/**
 * Node binaries of the supported majors: the running one, and the others from the npm packages `node-<platform>-<arch>`.
 * @param {string} folder  an empty folder
 * @param {Record<string, string>} environment  the registry's
 * @returns {Promise<{ have: { version: string, path: string }[], missing: { major: number, why: string }[] }>}
 */
export async function findNodes(folder, environment) {
  const have = [{ version: process.versions.node, path: process.execPath }];
  const missing = [];
  const running = Number(process.versions.node.split('.')[0]);
  for (const major of wanted.filter((one) => one !== running)) {
    const own = join(folder, String(major));
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'package.json'), '{"private":true}');
    const name = `node-${process.platform}-${process.arch}`;
    const path = join(own, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    try {
      await capture('npm', ['install', '--no-audit', '--no-fund', `${name}@${major}`], { cwd: own, env: environment });
      if (!existsSync(path)) throw new Error(`${name} has no ${path}`);
      have.push({ version: (await capture(path, ['--version'])).trim().slice(1), path });
    } catch (error) {
      missing.push({ major, why: error.message.split('\n')[0] });
    }
  }
  return { have, missing };
}
