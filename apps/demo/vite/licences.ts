import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const fileName = 'licences.txt';
/** Of the page and of its workers, which are built one after the other. */
const folders = new Set<string>();
/** Who is named in the files of a package that brings no licence of its own. */
const notices = new Map<string, Set<string>>();

/** The folder of the package that a file belongs to. */
function folderOf(file: string): string | undefined {
  const at = file.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(file.slice(at + '/node_modules/'.length))?.[0];
  return name && `${file.slice(0, at)}/node_modules/${name}`;
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file
    ? readFileSync(join(folder, file), 'utf8').trim()
    : [`Licence: ${license}`, ...(notices.get(folder) ?? [])].join('\n');
  return `${name} ${version}\n\n${text}`;
}

const apacheText = readFileSync(join(import.meta.dirname, 'apache-2.0.txt'), 'utf8').trim();
const isApache = (folder: string): boolean =>
  readFileSync(join(folder, 'package.json'), 'utf8').includes('"Apache-2.0"');

/** The Vite plug-in that puts the licences of all that the page is made of into one file beside it, instead of hundreds of comments. */
export function licences(): Plugin {
  return {
    name: 'relumine:licences',
    apply: 'build',
    moduleParsed({ id, code }) {
      const folder = folderOf(id.split('?')[0] ?? id);
      if (!folder || !existsSync(join(folder, 'package.json'))) return;
      folders.add(folder);
      const found = notices.get(folder) ?? new Set();
      notices.set(folder, found);
      for (const [line] of (code ?? '').matchAll(/Copyright (?:\(c\) )?\d{4}[^\n*]*/gi)) found.add(line.trim());
    },
    transformIndexHtml: () => [{ tag: 'link', attrs: { rel: 'license', href: `./${fileName}` }, injectTo: 'head' }],
    generateBundle() {
      if (folders.size === 0) return;
      const all = [...folders].sort();
      const texts = all.map(licenceOf);
      if (all.some(isApache)) texts.push(apacheText);
      this.emitFile({ type: 'asset', fileName, source: `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n` });
    },
  };
}
