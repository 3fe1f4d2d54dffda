import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Serves a folder like a host that sets no header of its own.
 *
 * @param folder the built pages
 * @param options `headers` for every answer, or by its path; `missing` answers 404 for the paths that it matches; `port`, or any free one
 */
export function servePages(folder, { headers = {}, missing, port = 0 } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').replace(/[?#].*$/, ''));
    const own = typeof headers === 'function' ? headers(path) : headers;
    let file = join(folder, path);
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
    if (!existsSync(file) || missing?.test(path)) {
      response.writeHead(404, own).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', ...own });
    response.end(readFileSync(file));
  });
  return new Promise((done) => {
    server.listen(port, '127.0.0.1', () =>
      done({ url: `http://localhost:${server.address().port}/`, close: () => server.close() }),
    );
  });
}
