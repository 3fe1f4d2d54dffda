import { wasmThreads } from '@relumine/wasm-backend/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type UserConfig } from 'vite';
import { offline } from './vite/offline';

const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const config: UserConfig = defineConfig({
  // Relative addresses: the built files work in any folder of any host.
  base: './',
  plugins: [vue(), wasmThreads(), offline()],
  worker: { format: 'es', plugins: () => [wasmThreads()] },
  build: { target: 'es2022', chunkSizeWarningLimit: 2000, assetsInlineLimit: 0 },
  server: { headers: isolating },
});

export default config;
