import { createHash } from 'node:crypto';
import { reportToHtml } from '@relumine/report';

/** The report that the audit shows in a frame has one style sheet of its own: it is allowed by its hash, and no other is. */
function reportStyleHash(): string {
  const summary = { channels: 0, deadChannels: 0, deadFraction: 0, nonFiniteLayers: [], advice: [] };
  const html = reportToHtml({ schema: 'relumine.report/1', samples: 0, layers: [], summary, curve: [] });
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1];
  if (!style) throw new Error('[relumine/demo] a report has no <style>: the policy of the page must be written anew.');
  return createHash('sha256').update(style).digest('base64');
}

const join = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');

/** What the page may do: nothing but its own files. No inline script or style, no other host, no form, no plug-in. */
export const pagePolicy = (): string =>
  join({
    'default-src': "'none'",
    'script-src': "'self'",
    'worker-src': "'self'",
    'style-src': `'self' 'sha256-${reportStyleHash()}'`,
    'img-src': "'self' data: blob:",
    'connect-src': "'self'",
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
  });

/** Page policy as a header, which can say more than a `<meta>`. */
export const pagePolicyHeader = (): string => `${pagePolicy()}; frame-ancestors 'self'`;

/** What its workers may do: compile WASM, and start tfjs's threads, which are made from blobs. */
export const workerPolicy: string = join({
  'default-src': "'none'",
  'script-src': "'self' blob: 'wasm-unsafe-eval'",
  'worker-src': "'self' blob:",
  'connect-src': "'self'",
});

/** Headers for a path of the built demo. */
export function headersFor(path: string): Record<string, string> {
  const isPage = path.endsWith('/') || path.endsWith('.html');
  return {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...(isPage ? { 'Content-Security-Policy': pagePolicyHeader() } : {}),
    ...(path.endsWith('.js') ? { 'Content-Security-Policy': workerPolicy } : {}),
  };
}
