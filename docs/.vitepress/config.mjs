import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { wasmThreads } from '@relumine/wasm-backend/vite';
import { tfjsGradients } from '@tooling/config/tfjsGradients';
import { isolationWorker } from '@tooling/widgets/vite';
import { defineConfig } from 'vitepress';
import { chinese, chineseSearch } from './chinese.mjs';
import { descriptionOf } from './descriptions.mjs';
import { english } from './english.mjs';

const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='3' fill='%23f2a516'/></svg>";

/** `npm run dev -- docs` reads the packages' sources, so that an edit in any of them reloads the page. */
const fromSources = process.env.RELUMINE_SOURCE === '1';

export default defineConfig({
  title: 'Relumine',
  description:
    'Finds the dead neurons of convolutional networks, says how sure it is and why they died, and brings them back.',
  cleanUrls: false,
  lastUpdated: false,
  // Without it each page is styled twice more before it answers.
  appearance: { disableTransition: false },
  head: [['link', { rel: 'icon', href: icon }]],
  srcExclude: ['**/README.md', 'scripts/**', 'tests/**'],
  transformPageData(page, { siteConfig }) {
    if (page.description) return undefined;
    const description = descriptionOf(readFileSync(resolve(siteConfig.srcDir, page.relativePath), 'utf8'));
    return description ? { description } : undefined;
  },
  // The home page of VitePress has no landmark for its content.
  transformHtml: (code) => code.replace('class="VPContent is-home" id="VPContent"', '$& role="main"'),
  markdown: { math: true, theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  themeConfig: {
    search: { provider: 'local', options: { locales: { zh: { translations: chineseSearch } } } },
    outline: { level: [2, 3] },
  },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: english },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '找出卷积网络中不再学习的神经元，说明有多确定、为什么死，并让它们复活。',
      themeConfig: chinese,
    },
  },
  vite: {
    plugins: [wasmThreads(), isolationWorker(), ...(fromSources ? [tfjsGradients()] : [])],
    ...(fromSources ? { resolve: { conditions: ['@relumine/source'] } } : {}),
    worker: { format: 'es', plugins: () => [wasmThreads()] },
    build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
    server: { headers: isolating },
    preview: { headers: isolating },
  },
});
