import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** Hosts compress text and WASM; what is small or packed already goes as it is. */
const compressed = new Set(['.html', '.js', '.css', '.wasm', '.svg', '.json']);

/**
 * Serves a folder like a host that sets no header of its own.
 *
 * @param folder the built pages
 * @param options `headers` for every answer, or by its path; `missing` answers 404 for the paths that it matches; `port`, or any free one; `gzip` as hosts do, where the browser takes it
 */
export function servePages(folder, { headers = {}, missing, port = 0, gzip = false } = {}) {
  const packed = new Map();
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').replace(/[?#].*$/, ''));
    const own = typeof headers === 'function' ? headers(path) : headers;
    let file = join(folder, path);
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
    if (!existsSync(file) || missing?.test(path)) {
      response.writeHead(404, own).end();
      return;
    }
    const type = extname(file);
    const sent = { 'content-type': types[type] ?? 'application/octet-stream', ...own };
    if (gzip && compressed.has(type) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      if (!packed.has(file)) packed.set(file, gzipSync(readFileSync(file)));
      response.writeHead(200, { ...sent, 'content-encoding': 'gzip', vary: 'accept-encoding' });
      response.end(packed.get(file));
      return;
    }
    response.writeHead(200, sent);
    response.end(readFileSync(file));
  });
  return new Promise((done) => {
    server.listen(port, '127.0.0.1', () =>
      done({ url: `http://localhost:${server.address().port}/`, close: () => server.close() }),
    );
  });
}
