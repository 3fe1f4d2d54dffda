// Serves the built site as a host without headers of its own would: pnpm --filter @relumine/docs preview
import { resolve } from 'node:path';
import { servePages } from '@tooling/widgets/servePages';

const { url } = await servePages(resolve(import.meta.dirname, '../.vitepress/dist'), { port: 4174 });
console.log(`The documentation is on ${url} (Ctrl+C stops it)`);
