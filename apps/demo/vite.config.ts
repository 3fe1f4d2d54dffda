import { wasmThreads } from '@relumine/wasm-backend/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type UserConfig } from 'vite';
import { leaveOut } from './vite/leaveOut';
import { licences } from './vite/licences';
import { offline } from './vite/offline';
import { quickTape } from './vite/quickTape';

const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Their licences are in a file of their own. */
const output = { comments: { legal: false } };

const config: UserConfig = defineConfig({
  // Relative addresses: the built files work in any folder of any host.
  base: './',
  plugins: [vue(), wasmThreads(), licences(), offline()],
  worker: {
    format: 'es',
    plugins: () => [leaveOut(), quickTape(), wasmThreads(), licences()],
    rolldownOptions: { output },
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 2000, assetsInlineLimit: 0, rolldownOptions: { output } },
  // The page's components are written with `setup` alone.
  define: { __VUE_OPTIONS_API__: 'false' },
  server: { headers: isolating },
});

export default config;
