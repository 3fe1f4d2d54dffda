import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { headersFor, pagePolicy } from './contentSecurity';

/** The name under which `isolate` looks for the service worker. */
const workerName = 'isolation-worker.js';

/**
 * The Vite plug-in that makes the built page strict and independent of its host: a content policy in the page, headers in
 * the preview server, and a service worker that knows every file of this build.
 */
export function offline(): Plugin {
  let folder = '';
  return {
    name: 'relumine:offline',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { server }) =>
        server
          ? []
          : [
              {
                tag: 'meta',
                attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy() },
                injectTo: 'head-prepend',
              },
            ],
    },
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const path = (request.url ?? '/').replace(/[?#].*$/, '');
        for (const [name, value] of Object.entries(headersFor(path))) response.setHeader(name, value);
        next();
      });
    },
    closeBundle: {
      order: 'post',
      handler() {
        writeFileSync(join(folder, workerName), serviceWorker(folder));
      },
    },
  };
}

/** The service worker of the files in a folder. */
export function serviceWorker(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== workerName && !entry.name.endsWith('.map'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
  const template = readFileSync(resolve(import.meta.dirname, 'service-worker.js'), 'utf8');
  hash.update(template);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const facts = {
    version: hash.digest('hex').slice(0, 16),
    files: files.map((file) => (file === 'index.html' ? './' : file)),
    core: ['./', ...files.filter((file) => html.includes(file) && file !== 'index.html')],
    pageHeaders: headersFor('/'),
    scriptHeaders: headersFor('/x.js'),
    otherHeaders: headersFor('/x.wasm'),
  };
  return `self.relumine = ${JSON.stringify(facts)};\n${template}`;
}
