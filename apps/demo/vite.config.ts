import { wasmThreads } from '@relumine/wasm-backend/vite';
import { isolationWorker } from '@tooling/widgets/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type UserConfig } from 'vite';

const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const config: UserConfig = defineConfig({
  // Relative addresses: the built files work in any folder of any host.
  base: './',
  plugins: [vue(), wasmThreads(), isolationWorker()],
  worker: { format: 'es', plugins: () => [wasmThreads()] },
  build: { target: 'es2022', chunkSizeWarningLimit: 2000 },
  server: { headers },
  preview: { headers },
});

export default config;
